using System.Globalization;
using HybridLlm.AwsGpu;
using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.Testing.Ec2;

namespace HybridLlm.Testing.Nodes;

/// <summary>The dead-man's switch of a node: powers it off when its lease runs out, or at its last moment.</summary>
internal static class DeadMan
{
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(10);

    public static async Task WatchAsync(
        NodeBoot boot,
        InstanceGuest instance,
        HttpClient http,
        CancellationToken poweredOff
    )
    {
        ImdsClient imds = new(http, instance.MetadataEndpoint);
        var until = boot.BootDeadline;
        while (instance.Time.GetUtcNow() is var now && now < until && now < boot.LastMoment)
        {
            await Task.Delay(s_lookEvery, instance.Time, poweredOff).ConfigureAwait(false);
            until = await ReadLeaseAsync(imds, poweredOff).ConfigureAwait(false) ?? until;
        }

        await instance.PowerOffAsync().ConfigureAwait(false);
    }

    /// <summary>The lease; null while it cannot be read, so that the last known one holds.</summary>
    private static async Task<DateTimeOffset?> ReadLeaseAsync(ImdsClient imds, CancellationToken cancellationToken)
    {
        try
        {
            var tag = await imds.TryGetAsync($"meta-data/tags/instance/{ResourceTags.LeaseUntil}", cancellationToken)
                .ConfigureAwait(false);
            return DateTimeOffset.TryParse(
                tag,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal,
                out var until
            )
                ? until
                : null;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
