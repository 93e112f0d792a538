using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Observing;
using HybridLlm.Liqo.Steps;
using HybridLlm.Liqo.Unpeering;
using Microsoft.Extensions.Logging;

namespace HybridLlm.Liqo.Peering;

/// <summary>
/// Lets a consumer in at a provider, or shuts it out again, apart from a whole peering. <see cref="PeeringProvisioner"/> does the same as
/// a part of its work.
/// </summary>
public sealed class PeeringAuthenticator
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(2);

    private readonly LiqoCluster _consumer;
    private readonly LiqoCluster _provider;
    private readonly ClusterPorts _ports;
    private readonly ILogger<PeeringAuthenticator> _logger;

    /// <summary>Keeps the clusters; asks them nothing yet.</summary>
    /// <param name="consumer">The cluster that uses the other's resources.</param>
    /// <param name="provider">The cluster that lends them.</param>
    public PeeringAuthenticator(LiqoCluster consumer, LiqoCluster provider)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        ArgumentNullException.ThrowIfNull(provider);
        _consumer = consumer;
        _provider = provider;
        _ports = new ClusterPorts(consumer.Port, provider.Port);
        _logger = consumer.Logger<PeeringAuthenticator>();
    }

    /// <summary>Gives the consumer credentials for the provider and waits until its Liqo has a kubeconfig of them.</summary>
    /// <param name="patience">Longest any single wait lasts; null waits 2 minutes.</param>
    public LiqoOperation Authenticate(TimeSpan? patience = null) =>
        Operation(
            "the authentication with",
            async token =>
            {
                var limit = patience ?? s_patience;
                _consumer.Credentials.Forget();
                var facts = await new PeeringFactsReader(_consumer, _provider)
                    .ReadAsync(spec: null, token)
                    .ConfigureAwait(false);
                return (facts.World, seen => Plan(limit, facts with { World = seen }));
            }
        );

    /// <summary>
    /// Takes the credentials back and waits until nobody uses them. It is refused while the consumer borrows anything, since its
    /// slices could not be given back any more.
    /// </summary>
    /// <param name="patience">Longest any single wait lasts; null waits 2 minutes.</param>
    public LiqoOperation Unauthenticate(TimeSpan? patience = null) =>
        Operation(
            "the end of the authentication with",
            async token =>
            {
                UnpeeringSpec spec = new() { Patience = patience ?? s_patience };
                var facts = await new PeeringRemover(_consumer, _provider).ReadFactsAsync(token).ConfigureAwait(false);
                return (facts.World, seen => PlanEnd(spec, facts with { World = seen }));
            }
        );

    private static IReadOnlyList<PlannedStep> Plan(TimeSpan patience, PeeringFacts facts)
    {
        PeeringPlanner.ThrowIfImpossible(facts);
        return [.. TenancyPlanner.Steps(patience, facts), .. AuthenticationPlanner.Steps(patience, facts)];
    }

    private static IReadOnlyList<PlannedStep> PlanEnd(UnpeeringSpec spec, UnpeeringFacts facts) =>
        facts.Slices.Count == 0
            ?
            [
                .. UnpeeringPlanner.IdentitySteps(spec, facts, new PeeringObjects(facts.ProviderId)),
                .. UnpeeringPlanner.TenantSteps(spec, facts),
            ]
            : throw new LiqoRefusedException(
                LiqoRefusal.SlicesLeft,
                $"The consumer still borrows from '{facts.ProviderId}': {string.Join(", ", facts.Slices.Select(s => s.Name))}.",
                "Delete the slices with SliceManager first, or unpeer with PeeringRemover."
            );

    private LiqoOperation Operation(string name, Survey survey) =>
        new($"{name} '{_provider.Id}'", _ports, _consumer.Time, _logger, survey);
}
