using HybridLlm.AwsGpu.Interruptions.Sources;
using HybridLlm.Testing.Ec2;

namespace HybridLlm.Testing.Nodes;

/// <summary>Does what the interruption agent of a node does: asks the metadata service and leaves word, each thing once.</summary>
internal static class NodeAgent
{
    private const string Settings = "/opt/hybridllm/interruption.env";

    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(5);

    /// <summary>Runs the agent if the node was given one; ends with the node.</summary>
    public static async Task RunAsync(
        NodeFiles files,
        InstanceGuest instance,
        HttpClient http,
        CancellationToken poweredOff
    )
    {
        if (
            files.ReadText(Settings) is not { } settings
            || files.ReadText($"/etc/systemd/system/{InterruptionAgent.Unit}") is null
        )
        {
            return;
        }

        ImdsClient imds = new(http, instance.MetadataEndpoint);
        Dictionary<string, string> words = new()
        {
            ["meta-data/spot/instance-action"] = Setting(settings, "HYBRIDLLM_NOTICE_URL"),
            ["meta-data/events/recommendations/rebalance"] = Setting(settings, "HYBRIDLLM_REBALANCE_URL"),
        };
        while (words.Count > 0)
        {
            foreach (var (path, url) in words.ToList())
            {
                if (await TryTellAsync(imds, http, path, url, poweredOff).ConfigureAwait(false))
                {
                    words.Remove(path);
                }
            }

            await Task.Delay(s_lookEvery, instance.Time, poweredOff).ConfigureAwait(false);
        }
    }

    private static async Task<bool> TryTellAsync(
        ImdsClient imds,
        HttpClient http,
        string path,
        string url,
        CancellationToken cancellationToken
    )
    {
        try
        {
            if (await imds.TryGetAsync(path, cancellationToken).ConfigureAwait(false) is not { } text)
            {
                return false;
            }

            using HttpRequestMessage put = new(HttpMethod.Put, url) { Content = new StringContent(text) };
            put.Headers.TryAddWithoutValidation("If-None-Match", "*");
            using var response = await http.SendAsync(put, cancellationToken).ConfigureAwait(false);
            return response.IsSuccessStatusCode || (int)response.StatusCode == 412;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static string Setting(string settings, string name) =>
        settings
            .Split('\n')
            .Single(l => l.StartsWith($"{name}='", StringComparison.Ordinal))[(name.Length + 2)..]
            .TrimEnd('\'');
}
