using System.Text;
using System.Text.Json.Nodes;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Identities;
using HybridLlm.Liqo.Installation;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Resources;
using HybridLlm.Liqo.Steps;
using Microsoft.Extensions.Logging;

namespace HybridLlm.Liqo.Users;

/// <summary>
/// On a provider: users by which consumers peer without being let into anything else. What this package does works with such a user; what
/// it may not do (read Events, delete the provider's namespace) is done without.
/// </summary>
public sealed class PeeringUsers
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly LiqoCluster _provider;
    private readonly ClusterPorts _ports;
    private readonly ILogger<PeeringUsers> _logger;

    /// <summary>Keeps the cluster; asks it nothing yet.</summary>
    /// <param name="provider">The cluster that lends its resources, with rights to approve certificates and to bind roles.</param>
    public PeeringUsers(LiqoCluster provider)
    {
        ArgumentNullException.ThrowIfNull(provider);
        _provider = provider;
        _ports = new ClusterPorts(consumer: null, provider.Port);
        _logger = provider.Logger<PeeringUsers>();
    }

    /// <summary>What <see cref="GenerateAsync"/> would have to do now. Reads only; the key it would make is made then.</summary>
    /// <param name="consumerId">Id of the consumer.</param>
    /// <param name="key">Kind of its key.</param>
    /// <param name="cancellationToken">Stops the reads.</param>
    /// <exception cref="ArgumentException"><paramref name="consumerId"/> is no cluster id.</exception>
    /// <exception cref="LiqoRefusedException">There is such a user, or Liqo's roles are missing.</exception>
    /// <exception cref="KubernetesCallException">The cluster refuses a read.</exception>
    /// <exception cref="ClusterUnreachableException">The cluster does not answer.</exception>
    public Task<LiqoPlan> PlanAsync(
        string consumerId,
        PeeringUserKey key = PeeringUserKey.Ecdsa,
        CancellationToken cancellationToken = default
    )
    {
        ThrowIfNoId(consumerId);
        return Generation(consumerId, PeeringUserKeys.Create(consumerId, key)).PlanAsync(cancellationToken);
    }

    /// <summary>
    /// Makes a user for a consumer. A generation that was cut off is completed by the next one, with another key; one that was not is
    /// refused until the user is deleted, since its key cannot be shown again.
    /// </summary>
    /// <param name="consumerId">Id of the consumer.</param>
    /// <param name="key">Kind of its key.</param>
    /// <param name="apiServer">Address of the API server in the kubeconfig, as the consumer reaches it; null takes this connection's.</param>
    /// <param name="progress">Told each step when it is done; null tells nobody.</param>
    /// <param name="cancellationToken">Stops between calls.</param>
    /// <exception cref="ArgumentException"><paramref name="consumerId"/> is no cluster id.</exception>
    /// <exception cref="LiqoRefusedException">There is such a user, the authority does not sign, or Liqo's roles are missing.</exception>
    /// <exception cref="WaitTimedOutException">The authority did not sign within two minutes.</exception>
    /// <exception cref="KubernetesCallException">The cluster refuses a call.</exception>
    /// <exception cref="ClusterUnreachableException">The cluster does not answer.</exception>
    public async Task<PeeringUser> GenerateAsync(
        string consumerId,
        PeeringUserKey key = PeeringUserKey.Ecdsa,
        Uri? apiServer = null,
        IProgress<LiqoStep>? progress = null,
        CancellationToken cancellationToken = default
    )
    {
        ThrowIfNoId(consumerId);
        var keys = PeeringUserKeys.Create(consumerId, key);
        var world = await Generation(consumerId, keys)
            .RunAsync(agreed: null, progress, cancellationToken)
            .ConfigureAwait(false);
        var certificate = ((SigningRequest)world.Find(PeeringUserPlanner.RequestKey(consumerId))!).Status!.Certificate!;
        return new PeeringUser(
            consumerId,
            keys.UserName,
            Kubeconfig(consumerId, keys, certificate, apiServer ?? _provider.Server),
            IssuedCertificate.Read(certificate)?.NotAfter ?? _provider.Time.GetUtcNow()
        );
    }

    private LiqoOperation Generation(string consumerId, PeeringUserKeys keys) =>
        Operation(
            $"the peering user of '{consumerId}'",
            consumerId,
            f => [.. PeeringUserPlanner.Steps(keys, s_patience, f)]
        );

    /// <summary>Takes a consumer's user away. Doing so twice is fine.</summary>
    /// <param name="consumerId">Id of the consumer.</param>
    /// <exception cref="ArgumentException"><paramref name="consumerId"/> is no cluster id.</exception>
    public LiqoOperation Delete(string consumerId)
    {
        ThrowIfNoId(consumerId);
        return Operation(
            $"the end of the peering user of '{consumerId}'",
            consumerId,
            f => [.. PeeringUserPlanner.Removal(f)]
        );
    }

    private LiqoOperation Operation(string name, string consumerId, Func<PairFacts, IReadOnlyList<PlannedStep>> plan) =>
        new(
            name,
            _ports,
            _provider.Time,
            _logger,
            async token =>
            {
                var targets = PeeringUserPlanner.Targets(consumerId, _provider.LiqoNamespace);
                PairFacts facts = new()
                {
                    ConsumerId = consumerId,
                    ProviderId = _provider.Id,
                    ConsumerLiqoNamespace = LiqoCluster.DefaultNamespace,
                    ProviderLiqoNamespace = _provider.LiqoNamespace,
                    World = await new WorldReader(_ports).ReadAsync(World.Empty, targets, token).ConfigureAwait(false),
                };
                return (facts.World, seen => plan(facts with { World = seen }));
            }
        );

    private string Kubeconfig(string consumerId, PeeringUserKeys keys, byte[] certificate, Uri server)
    {
        JsonObject cluster = new() { ["server"] = server.AbsoluteUri.TrimEnd('/') };
        if (_provider.Connection.AuthorityPem is { } authority)
        {
            cluster["certificate-authority-data"] = Base64(authority);
        }

        return YamlText.Write(
            new JsonObject
            {
                ["apiVersion"] = "v1",
                ["kind"] = "Config",
                ["clusters"] = new JsonArray(new JsonObject { ["name"] = _provider.Id, ["cluster"] = cluster }),
                ["users"] = new JsonArray(
                    new JsonObject
                    {
                        ["name"] = keys.UserName,
                        ["user"] = new JsonObject
                        {
                            ["client-certificate-data"] = Convert.ToBase64String(certificate),
                            ["client-key-data"] = Base64(keys.PrivateKey),
                        },
                    }
                ),
                ["contexts"] = new JsonArray(
                    new JsonObject
                    {
                        ["name"] = _provider.Id,
                        ["context"] = new JsonObject
                        {
                            ["cluster"] = _provider.Id,
                            ["user"] = keys.UserName,
                            ["namespace"] = LiqoNames.TenantNamespaceOf(consumerId),
                        },
                    }
                ),
                ["current-context"] = _provider.Id,
            }
        );
    }

    private static string Base64(string text) => Convert.ToBase64String(Encoding.ASCII.GetBytes(text));

    private static void ThrowIfNoId(string consumerId)
    {
        ArgumentException.ThrowIfNullOrEmpty(consumerId);
        if (!ClusterId.IsValid(consumerId))
        {
            throw new ArgumentException($"'{consumerId}' is no cluster id.", nameof(consumerId));
        }
    }
}
