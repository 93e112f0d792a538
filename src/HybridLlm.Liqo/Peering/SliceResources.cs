using HybridLlm.Liqo.Resources;

namespace HybridLlm.Liqo.Peering;

/// <summary>
/// What is asked of a provider. Liqo grants what is asked without looking whether it is there; what is not named gets the
/// provider's defaults, and a GPU is only granted where it is named.
/// </summary>
public sealed record SliceResources
{
    private const string GpuName = "nvidia.com/gpu";

    /// <summary>
    /// CPU cores as a Kubernetes quantity, e.g. <c>4</c> or <c>3500m</c>; more than 0. Null takes the provider's default, 4 in Liqo's chart.
    /// </summary>
    public string? Cpu { get; init; }

    /// <summary>
    /// Memory as a Kubernetes quantity, e.g. <c>16Gi</c>; more than 0. Null takes the provider's default, 8Gi in Liqo's chart.
    /// </summary>
    public string? Memory { get; init; }

    /// <summary>Pods, 1 or more; null takes the provider's default, 110 in Liqo's chart.</summary>
    public int? Pods { get; init; } = 20;

    /// <summary>NVIDIA GPUs, 0 or more.</summary>
    public int Gpus { get; init; }

    /// <summary>Further resources by name, Kubernetes quantities; empty for none.</summary>
    public IReadOnlyDictionary<string, string> Others { get; init; } = new Dictionary<string, string>();

    /// <summary>As Kubernetes names them.</summary>
    internal IReadOnlyDictionary<string, string> ToQuantities()
    {
        Dictionary<string, string> all = new(Others, StringComparer.Ordinal);
        foreach (
            var (name, value) in new[]
            {
                ("cpu", Cpu),
                ("memory", Memory),
                ("pods", Pods?.ToString(System.Globalization.CultureInfo.InvariantCulture)),
            }
        )
        {
            if (value is not null)
            {
                all[name] = value;
            }
        }

        if (Gpus > 0)
        {
            all[GpuName] = Gpus.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }

        return all;
    }

    internal IEnumerable<string?> Faults()
    {
        yield return Cpu is null || Quantity.Parse(Cpu) is > 0 ? null : $"Cpu is '{Cpu}', must be a quantity above 0";
        yield return Memory is null || Quantity.Parse(Memory) is > 0
            ? null
            : $"Memory is '{Memory}', must be a quantity above 0";
        yield return Pods is null or >= 1 ? null : $"Pods is {Pods}, must be 1 or more";
        yield return Gpus >= 0 ? null : $"Gpus is {Gpus}, must be 0 or more";
        foreach (var (name, value) in Others)
        {
            yield return Quantity.Parse(value) is >= 0
                ? null
                : $"'{name}' is '{value}', must be a quantity of 0 or more";
            yield return name is "cpu" or "memory" or "pods" or GpuName ? $"'{name}' has a member of its own" : null;
        }
    }
}
