using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Identities;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Diagnosis;

/// <summary>Looks at one cluster before a peering. Reads only; what the user may not see stays unknown.</summary>
internal sealed class ClusterSurveyor(ClusterConnection connection, ClusterSide side, string liqoNamespace)
{
    private const string IdSelector = "app.kubernetes.io/name=clusterid-configmap";
    private const string ManagerSelector = $"{LiqoNames.Component}=controller-manager";
    private static readonly TimeSpan s_dialLimit = TimeSpan.FromSeconds(5);

    private static readonly ResourceKind[] s_kinds =
    [
        Kinds.ForeignCluster,
        Kinds.Identity,
        Kinds.NamespaceOffloading,
        Kinds.ResourceSlice,
        Kinds.Tenant,
        Kinds.VirtualNode,
    ];

    /// <summary>Only a peering over Liqo's own network needs these.</summary>
    private static readonly ResourceKind[] s_networkKinds =
    [
        Kinds.Configuration,
        Kinds.Connection,
        Kinds.GatewayClient,
        Kinds.GatewayServer,
        Kinds.PublicKey,
    ];

    /// <summary>What does not depend on who the other is.</summary>
    public async Task<ClusterSurvey> LookAsync(CancellationToken cancellationToken)
    {
        ClusterSurvey survey = new() { Side = side, Server = connection.Server };
        try
        {
            var ids = await TryListAsync(Kinds.ConfigMap, liqoNamespace, IdSelector, cancellationToken)
                .ConfigureAwait(false);
            var map = ids is [ConfigMap only] ? only : null;
            return survey with
            {
                Id = map?.Data?.GetValueOrDefault("CLUSTER_ID"),
                VersionText = map?.Label("app.kubernetes.io/version"),
                MissingKinds = await MissingAsync(s_kinds, cancellationToken).ConfigureAwait(false),
                MissingNetworkKinds = await MissingAsync(s_networkKinds, cancellationToken).ConfigureAwait(false),
                Arguments = (
                    await TryListAsync(Kinds.Deployment, liqoNamespace, ManagerSelector, cancellationToken)
                        .ConfigureAwait(false)
                )
                    ?.OfType<Deployment>()
                    .SelectMany(d => d.Spec?.Template?.Spec?.Containers ?? [])
                    .SelectMany(c => c.Args ?? [])
                    .ToList(),
                Key = side == ClusterSide.Consumer ? await KeyAsync(cancellationToken).ConfigureAwait(false) : null,
                Networks = (
                    await TryListAsync(Kinds.IpamNetwork, liqoNamespace, null, cancellationToken).ConfigureAwait(false)
                )
                    ?.OfType<IpamNetwork>()
                    .ToList(),
                CertificateNames = await CertificateNamesAsync(cancellationToken).ConfigureAwait(false),
                Nodes = (await TryListAsync(Kinds.Node, null, null, cancellationToken).ConfigureAwait(false))
                    ?.OfType<Node>()
                    .ToList(),
            };
        }
        catch (ClusterUnreachableException silent)
        {
            return survey with { Silence = silent.Message };
        }
        catch (KubernetesCallException refused)
        {
            return survey with { Silence = refused.Message };
        }
    }

    /// <summary>What concerns the other cluster.</summary>
    public async Task<ClusterSurvey> LookForAsync(
        ClusterSurvey survey,
        string peerId,
        CancellationToken cancellationToken
    )
    {
        var rights = RequiredRights.On(side, liqoNamespace, peerId).ToList();
        var answers = await Task.WhenAll(
                rights.Select(r => connection.Port.Questions.MayAsync(r.Verb, r.Kind, r.Namespace, cancellationToken))
            )
            .ConfigureAwait(false);
        var namespaces = await NamespacesAsync(peerId, cancellationToken).ConfigureAwait(false);
        return survey with
        {
            MissingRights = answers.Contains(null)
                ? null
                :
                [
                    .. rights
                        .Where((_, i) => answers[i] == false)
                        .Select(r => $"{r.Verb} {r.Kind.Kind}{(r.Namespace is null ? "" : $" in {r.Namespace}")}"),
                ],
            Namespaces = namespaces,
            Leftovers =
                side == ClusterSide.Consumer
                    ? await HeldByConsumerAsync(peerId, cancellationToken).ConfigureAwait(false)
                    : HeldByProvider(namespaces, peerId),
        };
    }

    private async Task<IReadOnlyList<string>?> HeldByConsumerAsync(
        string providerId,
        CancellationToken cancellationToken
    )
    {
        try
        {
            WorldReader reader = new(new ClusterPorts(connection.Port, provider: null));
            var traces = await PeeringScanner.ScanAsync(reader, providerId, cancellationToken).ConfigureAwait(false);
            return [.. traces.SelectMany(t => t.Objects).Select(o => o.ToString())];
        }
        catch (KubernetesCallException refusal)
            when (refusal.Kind is KubernetesErrorKind.Forbidden or KubernetesErrorKind.ApiMissing)
        {
            return null;
        }
    }

    private static IReadOnlyList<string>? HeldByProvider(
        IReadOnlyList<NamespaceObject>? namespaces,
        string consumerId
    ) =>
        namespaces is { } seen
            ? [.. seen.Where(n => n.Name == LiqoNames.TenantNamespaceOf(consumerId)).Select(n => $"Namespace {n.Name}")]
            : null;

    private async Task<IReadOnlyList<NamespaceObject>?> NamespacesAsync(
        string peerId,
        CancellationToken cancellationToken
    )
    {
        List<NamespaceObject> found = [];
        foreach (var name in new[] { liqoNamespace, LiqoNames.TenantNamespaceOf(peerId) })
        {
            try
            {
                if (
                    await connection.Port.GetAsync(Kinds.Namespace, null, name, cancellationToken).ConfigureAwait(false)
                    is NamespaceObject there
                )
                {
                    found.Add(there);
                }
            }
            catch (KubernetesCallException refusal) when (refusal.Kind == KubernetesErrorKind.Forbidden)
            {
                return null;
            }
        }

        return found;
    }

    private async Task<IReadOnlyList<string>> MissingAsync(
        IEnumerable<ResourceKind> wanted,
        CancellationToken cancellationToken
    )
    {
        List<string> missing = [];
        foreach (var group in wanted.GroupBy(k => k.ApiVersion))
        {
            var served = await connection
                .Port.Questions.ReadWholeAsync($"apis/{group.Key}", cancellationToken)
                .ConfigureAwait(false);
            var kinds = (served?["resources"] as System.Text.Json.Nodes.JsonArray ?? [])
                .Select(r => r?["kind"]?.GetValue<string>())
                .ToHashSet();
            missing.AddRange(group.Where(k => !kinds.Contains(k.Kind)).Select(k => $"{k.Kind} ({k.ApiVersion})"));
        }

        return missing;
    }

    private async Task<(bool, string)?> KeyAsync(CancellationToken cancellationToken)
    {
        try
        {
            var found = (Secret?)
                await connection
                    .Port.GetAsync(Kinds.Secret, liqoNamespace, LiqoNames.KeysSecret, cancellationToken)
                    .ConfigureAwait(false);
            if (found?.Value(SecretKeys.PrivateKey) is not { } pem)
            {
                return (false, $"Liqo has not made its keys (Secret '{LiqoNames.KeysSecret}')");
            }

            using var key = ClusterKey.Load(pem);
            return (true, key.Algorithm);
        }
        catch (UnusableKeyException unusable)
        {
            return (false, unusable.Message);
        }
        catch (KubernetesCallException refusal) when (refusal.Kind == KubernetesErrorKind.Forbidden)
        {
            return null;
        }
    }

    private async Task<IReadOnlyList<ClusterObject>?> TryListAsync(
        ResourceKind kind,
        string? ns,
        string? labels,
        CancellationToken cancellationToken
    )
    {
        try
        {
            Selection wanted = new(kind, ns) { Labels = labels };
            return (await connection.Port.ListAsync(wanted, cancellationToken).ConfigureAwait(false)).Items;
        }
        catch (KubernetesCallException refusal)
            when (refusal.Kind is KubernetesErrorKind.Forbidden or KubernetesErrorKind.ApiMissing)
        {
            return null;
        }
    }

    /// <summary>Shakes hands and reads the certificate, whoever signed it: whether it is trusted, the calls themselves show.</summary>
    private async Task<IReadOnlyList<string>?> CertificateNamesAsync(CancellationToken cancellationToken)
    {
        using CancellationTokenSource limit = new(s_dialLimit, TimeProvider.System);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);
        try
        {
            DnsEndPoint endpoint = new(connection.Server.Host.Trim('[', ']'), connection.Server.Port);
            var plain = await connection.DialAsync(endpoint, either.Token).ConfigureAwait(false);
            SslStream secure = new(plain, leaveInnerStreamOpen: false);
            await using var _ = secure.ConfigureAwait(false);
            X509Certificate2? seen = null;
            SslClientAuthenticationOptions options = new()
            {
                TargetHost = connection.Server.Host,
                // Only read: nothing is sent over this connection, and the calls themselves check who answers.
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                    (
                        seen = certificate is null
                            ? null
                            : X509CertificateLoader.LoadCertificate(certificate.GetRawCertData())
                    )
                        is not null,
            };
            await secure.AuthenticateAsClientAsync(options, either.Token).ConfigureAwait(false);
            using (seen)
            {
                return seen?.Extensions.OfType<X509SubjectAlternativeNameExtension>().FirstOrDefault() is { } names
                    ? [.. names.EnumerateDnsNames(), .. names.EnumerateIPAddresses().Select(a => a.ToString())]
                    : [];
            }
        }
        catch (Exception unreadable)
            when (unreadable is IOException or AuthenticationException or System.Net.Sockets.SocketException
                || (unreadable is OperationCanceledException && !cancellationToken.IsCancellationRequested)
            )
        {
            return null;
        }
    }
}
