using System.Net;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Networking;
using HybridLlm.Liqo.Peering;
using HybridLlm.Liqo.Slices;
using HybridLlm.Liqo.Steps;
using HybridLlm.Liqo.Tests.Wire;
using k8s;
using k8s.Autorest;

namespace HybridLlm.Liqo.Tests.Scenarios;

/// <summary>
/// Every verb where Liqo is partly installed: a kind it needs is not served. The error names the kind's API and says what to install.
/// </summary>
internal static class PartInstalledScenarios
{
    private const string Slices = "resourceslices.authentication.liqo.io";
    private const string Tenants = "tenants.authentication.liqo.io";
    private const string VirtualNodes = "virtualnodes.offloading.liqo.io";
    private const string Offloadings = "namespaceoffloadings.offloading.liqo.io";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static IReadOnlyList<Scenario> All { get; } =
    [
        Missing("peer", Slices, two => ScenarioVerb.Peer(two)),
        Missing("peer", Tenants, two => ScenarioVerb.Peer(two), onProvider: true),
        Missing("authenticate", Tenants, two => Of(Authenticator(two).Authenticate()), onProvider: true),
        Missing("unauthenticate", "identities.authentication.liqo.io", two => Of(Authenticator(two).Unauthenticate())),
        Missing(
            "connect the network",
            "configurations.networking.liqo.io",
            two => Of(new NetworkConnector(two.Home.Liqo, two.Rented.Liqo).Connect(new GatewaySpec()))
        ) with
        {
            Provider = o => o.HasNetworking = true,
            Consumer = o => o.HasNetworking = true,
        },
        Missing(
            "create a slice",
            Slices,
            two => Of(new SliceManager(two.Home.Liqo).Ensure(SmallVerbScenarios.Gpus(1)))
        ),
        Missing(
            "create a virtual node",
            VirtualNodes,
            two => Of(new VirtualNodeManager(two.Home.Liqo).Ensure(SmallVerbScenarios.Pool))
        ),
        Missing(
            "cordon a tenant",
            Tenants,
            two => Of(new TenantGate(two.Rented.Liqo).Cordon("homelab")),
            onProvider: true
        ),
        Missing("offload", Offloadings, two => ScenarioVerb.Offload(two)),
        Missing("unoffload", Offloadings, two => ScenarioVerb.Unoffload(two)),
        Missing("unpeer", VirtualNodes, two => ScenarioVerb.Unpeer(two)),
        Missing("force unpeer", VirtualNodes, two => ScenarioVerb.Force(two)),
        Missing("depart", VirtualNodes, two => ScenarioVerb.Depart(two)),
    ];

    private static Scenario Missing(
        string verb,
        string definition,
        Func<Federation, ScenarioVerb> act,
        bool onProvider = false
    )
    {
        var side = onProvider ? "provider" : "consumer";
        return new($"{verb}, {side} without {definition.Split('.')[0]}", "delete the CustomResourceDefinition", verb)
        {
            Before = two => UninstallAsync(two, onProvider ? two.Rented : two.Home, definition),
            Do = two => Task.FromResult(act(two)),
            Error = typeof(KubernetesCallException),
            ErrorKind = KubernetesErrorKind.ApiMissing,
        };
    }

    /// <summary>A real server deletes its objects first, and goes on serving it for a moment.</summary>
    private static async Task UninstallAsync(Federation two, Member member, string definition)
    {
        var (plural, group) = (definition.Split('.')[0], definition[(definition.IndexOf('.') + 1)..]);
        await member.Admin.DeleteCustomResourceDefinitionAsync(definition, cancellationToken: Stop);
        await two.UntilAsync(async () =>
        {
            try
            {
                await member.Admin.CustomObjects.ListClusterCustomObjectAsync(
                    group,
                    "v1beta1",
                    plural,
                    cancellationToken: Stop
                );
                return false;
            }
            catch (HttpOperationException gone) when (gone.Response.StatusCode == HttpStatusCode.NotFound)
            {
                return true;
            }
        });
    }

    private static ScenarioVerb Of(LiqoOperation operation) => ScenarioVerb.Of(operation);

    private static PeeringAuthenticator Authenticator(Federation two) => new(two.Home.Liqo, two.Rented.Liqo);
}
