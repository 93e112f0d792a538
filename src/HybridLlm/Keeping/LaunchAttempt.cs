using HybridLlm.Applying;
using HybridLlm.AwsGpu.Offerings;
using HybridLlm.Journals;
using HybridLlm.Nebula.Networks;

namespace HybridLlm.Keeping;

/// <summary>One launch that is about to be tried.</summary>
/// <param name="WakeId">The wake it is for.</param>
/// <param name="Number">1 for the wake's first; each has a client token of its own.</param>
/// <param name="ProviderId">Liqo's id of the cluster it will be; null without federation.</param>
/// <param name="Place">Its place in the mesh.</param>
/// <param name="Planned">What the wake needs.</param>
/// <param name="Offers">Pools to ask, best first, of one market.</param>
internal sealed record LaunchAttempt(
    string WakeId,
    int Number,
    string? ProviderId,
    MeshAssignment Place,
    PlannedWake Planned,
    IReadOnlyList<Offer> Offers
)
{
    public InstanceMarket Market => Offers[0].Market;

    public decimal HourlyReserve => Planned.ReserveOf(Market);

    public string Words => Market == InstanceMarket.Spot ? "spot" : "on-demand";

    /// <summary>What is journalled before the launch.</summary>
    public JournalEntry Entry(DateTimeOffset now, DateTimeOffset leaseUntil, DateTimeOffset certificateUntil) =>
        Number == 1
            ? new NodeIntended
            {
                At = now,
                WakeId = WakeId,
                Role = NodeRoles.Gpu,
                PlanId = Planned.PlanId,
                MeshAddress = Place.Networks[0].Address.ToString(),
                CertificateUntil = certificateUntil,
                HourlyReserve = HourlyReserve,
                LeaseUntil = leaseUntil,
                Market = Market,
                ProviderId = ProviderId,
            }
            : new LaunchAttempted
            {
                At = now,
                WakeId = WakeId,
                Attempt = Number,
                Market = Market,
                HourlyReserve = HourlyReserve,
                LeaseUntil = leaseUntil,
                CertificateUntil = certificateUntil,
            };
}
