using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using HybridLlm.Ollama.Fitting;

namespace HybridLlm.Ollama.Kubernetes;

/// <summary>Everything about a workload that cannot be, seen without asking anyone.</summary>
internal static partial class WorkloadFaults
{
    public static IReadOnlyList<string> Of(OllamaWorkload workload) =>
        [
            .. Names(workload),
            .. Numbers(workload),
            .. Placing(workload),
            .. Clients(workload),
            .. Route(workload.Route),
            .. Fit(workload),
        ];

    private static IEnumerable<string> Names(OllamaWorkload w)
    {
        if (!PinnedImage().IsMatch(w.Image))
        {
            yield return $"Image '{w.Image}' is not pinned: name it as repository@sha256: and 64 hex digits, since a tag may be another image tomorrow.";
        }

        // It is part of JSON texts a shell puts together.
        if (!ModelTag().IsMatch(w.Model))
        {
            yield return $"Model '{w.Model}' is no name with a tag, e.g. llama3.1:8b.";
        }

        if (w.ModelDigest is { } digest && !Digest().IsMatch(digest))
        {
            yield return $"ModelDigest '{digest}' is no SHA-256 of 64 lower-case hex digits.";
        }

        if (!ObjectName().IsMatch(w.Name) || w.Name.Length > 52)
        {
            yield return $"Name '{w.Name}' is not up to 52 lower-case letters, digits and inner hyphens.";
        }

        if (!ObjectName().IsMatch(w.Namespace) || w.Namespace.Length > 63)
        {
            yield return $"Namespace '{w.Namespace}' is not up to 63 lower-case letters, digits and inner hyphens.";
        }
    }

    private static IEnumerable<string> Numbers(OllamaWorkload w)
    {
        (string Name, long Value, long Least, long Most)[] numbers =
        [
            (nameof(w.Replicas), w.Replicas, 1, 64),
            (nameof(w.ContextLength), w.ContextLength, 256, 1_048_576),
            (nameof(w.Parallel), w.Parallel, 1, 64),
            (nameof(w.Gpus), w.Gpus, 1, 16),
            (nameof(w.CpuMillicores), w.CpuMillicores, 100, 1_000_000),
            (nameof(w.UserId), w.UserId, 1, int.MaxValue),
            (nameof(w.StartupMinutes), w.StartupMinutes, 1, 720),
            (nameof(w.DrainSeconds), w.DrainSeconds, 5, 100),
        ];
        return numbers
            .Where(n => n.Value < n.Least || n.Value > n.Most)
            .Select(n =>
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{n.Name} is {n.Value}, and {n.Least} to {n.Most} is possible."
                )
            );
    }

    private static IEnumerable<string> Placing(OllamaWorkload w)
    {
        if (w.NodeSelector.Count == 0)
        {
            yield return "NodeSelector is empty: name a label of the GPU nodes the model fits.";
        }

        if (w.MemoryBytes is null && w.KnownShape is null)
        {
            yield return $"MemoryBytes is not set, and nobody knows the size of {w.Model}: set it, or Shape.";
        }

        if (
            w.Storage is NvmeCache cache
            && (!cache.Path.StartsWith('/') || cache.Path.Contains("..", StringComparison.Ordinal))
        )
        {
            yield return $"NvmeCache's path '{cache.Path}' is not absolute.";
        }

        if (w.Storage is ModelClaim claim && claim.Bytes < (w.KnownShape?.WeightBytes ?? 1))
        {
            yield return $"ModelClaim of {claim.Bytes} bytes does not hold {w.Model}'s {w.KnownShape?.WeightBytes ?? 1} bytes.";
        }

        if (w is { Storage: ModelClaim, Kind: WorkloadKind.Deployment, Replicas: > 1 })
        {
            yield return "Several replicas of a Deployment cannot share a ModelClaim: use NvmeCache, or Kind StatefulSet.";
        }
    }

    private static IEnumerable<string> Clients(OllamaWorkload w)
    {
        if (w.Clients.Count == 0)
        {
            yield return "Clients is empty, so nobody could connect: name the gateway's pods or addresses.";
        }

        foreach (var client in w.Clients)
        {
            if (client.Range is { } range && !IPNetwork.TryParse(range, out _))
            {
                yield return $"Client range '{range}' is no CIDR.";
            }

            if (client.PodLabels is { Count: 0 })
            {
                yield return "A client has no labels, which would let every pod in: name some.";
            }
        }

        if (w.DrainUrl is { } url && (!url.IsAbsoluteUri || url.Scheme != "http"))
        {
            yield return $"DrainUrl '{url}' is not http: the image has no program that speaks more.";
        }
    }

    private static IEnumerable<string> Route(TraefikRoute? route)
    {
        if (route is not null && Uri.CheckHostName(route.Host) != UriHostNameType.Dns)
        {
            yield return $"Route's host '{route.Host}' is no DNS name.";
        }

        if (route?.Port is < 1 or > 65_535)
        {
            yield return $"Route's port is {route.Port}, and 1 to 65535 is possible.";
        }
    }

    private static IEnumerable<string> Fit(OllamaWorkload w)
    {
        if (w is { GpuMemoryBytes: { } memory, KnownShape: { } shape, ContextLength: > 0, Parallel: > 0, Gpus: > 0 })
        {
            var need = MemoryEstimator.Estimate(shape, w.ContextLength, w.Parallel, w.CacheType);
            if (!need.Fits(memory, w.Gpus))
            {
                yield return $"{w.Model} at {w.ContextLength} tokens x {w.Parallel} takes {need.GpuBytes(w.Gpus)} bytes of each of {w.Gpus} GPUs, which have {memory}: lower ContextLength or Parallel, quantize the cache, or use more GPUs.";
            }
        }
    }

    [GeneratedRegex(@"^[a-z0-9][A-Za-z0-9_./:-]*@sha256:[0-9a-f]{64}\z")]
    private static partial Regex PinnedImage();

    [GeneratedRegex(@"^[A-Za-z0-9_.-]+(:[0-9]+)?(/[A-Za-z0-9_.-]+)*:[A-Za-z0-9_.-]+\z")]
    private static partial Regex ModelTag();

    [GeneratedRegex(@"^[0-9a-f]{64}\z")]
    private static partial Regex Digest();

    [GeneratedRegex(@"^[a-z0-9]([a-z0-9-]*[a-z0-9])?\z")]
    private static partial Regex ObjectName();
}
