using System.Text;
using System.Text.RegularExpressions;
using HybridLlm.Testing.Ec2;

namespace HybridLlm.Testing.Nodes;

/// <summary>
/// Does what the interruption agent's script does, where a node was given one: asks the metadata service and leaves word, once of each.
/// </summary>
internal static partial class InterruptionWatch
{
    private static readonly TimeSpan s_askEvery = TimeSpan.FromSeconds(5);

    public static async Task RunAsync(
        NodeFiles files,
        InstanceGuest instance,
        HttpClient http,
        CancellationToken poweredOff
    )
    {
        if (files.ReadText("/opt/hybridllm/interruption.env") is not { } settings)
        {
            return;
        }

        var urls = Setting().Matches(settings).ToDictionary(m => m.Groups["name"].Value, m => m.Groups["url"].Value);
        List<(string Path, Uri Url)> untold =
        [
            ("meta-data/spot/instance-action", new Uri(urls["NOTICE"])),
            ("meta-data/events/recommendations/rebalance", new Uri(urls["REBALANCE"])),
        ];
        ImdsClient imds = new(http, instance.MetadataEndpoint);
        while (untold.Count > 0)
        {
            foreach (var (path, url) in untold.ToList())
            {
                if (
                    await TryAskAsync(imds, path, poweredOff).ConfigureAwait(false) is { } words
                    && await TellAsync(http, url, words, poweredOff).ConfigureAwait(false)
                )
                {
                    untold.Remove((path, url));
                }
            }

            await Task.Delay(s_askEvery, instance.Time, poweredOff).ConfigureAwait(false);
        }
    }

    private static async Task<string?> TryAskAsync(ImdsClient imds, string path, CancellationToken cancellationToken)
    {
        try
        {
            return await imds.TryGetAsync(path, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>412: it is there already.</summary>
    private static async Task<bool> TellAsync(
        HttpClient http,
        Uri url,
        string words,
        CancellationToken cancellationToken
    )
    {
        using HttpRequestMessage put = new(HttpMethod.Put, url)
        {
            Content = new ByteArrayContent(Encoding.UTF8.GetBytes(words)),
        };
        put.Headers.TryAddWithoutValidation("If-None-Match", "*");
        using var answer = await http.SendAsync(put, cancellationToken).ConfigureAwait(false);
        return answer.StatusCode is System.Net.HttpStatusCode.OK or System.Net.HttpStatusCode.PreconditionFailed;
    }

    [GeneratedRegex("^HYBRIDLLM_(?<name>[A-Z]+)_URL='(?<url>[^'\n]+)'$", RegexOptions.Multiline)]
    private static partial Regex Setting();
}
