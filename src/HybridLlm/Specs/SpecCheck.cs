using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using HybridLlm.AwsGpu.Storage;
using HybridLlm.Liqo.Installation;
using HybridLlm.Nebula.Networks;
using HybridLlm.Proofs;

namespace HybridLlm.Specs;

/// <summary>Finds every fault of a spec that can be seen without asking anyone.</summary>
internal static partial class SpecCheck
{
    public static IReadOnlyList<SpecFault> Faults(HybridClusterSpec spec)
    {
        List<SpecFault> faults = [.. Names(spec), .. Amounts(spec), .. Markets(spec), .. Lives(spec.Life)];
        var ranges = Ranges(spec, faults);
        if (ranges is not null)
        {
            faults.AddRange(Proof(spec, ranges).Collisions.Select(CollisionFault));
        }

        return faults;
    }

    /// <summary>The address proof of a spec whose ranges are well formed.</summary>
    public static AddressProof AddressProofOf(HybridClusterSpec spec) => Proof(spec, Ranges(spec, [])!);

    public static SpecFault CollisionFault(AddressCollision collision) =>
        new("HL110", $"{collision}.", "Give one of the two another range; every range of the design must be disjoint.");

    private static IEnumerable<SpecFault> Names(HybridClusterSpec spec)
    {
        if (!NamePattern().IsMatch(spec.Name))
        {
            yield return new(
                "HL101",
                $"'{spec.Name}' is no cluster name.",
                "Use 1 to 20 lower-case letters, digits and hyphens, a letter first and no hyphen last."
            );
        }

        if (!ModelPattern().IsMatch(spec.Model.Name))
        {
            yield return new(
                "HL102",
                $"'{spec.Model.Name}' is no model name.",
                "Name it as Ollama does, with its tag, e.g. llama3.1:8b."
            );
        }

        if (!RegionPattern().IsMatch(spec.Gpu.Region))
        {
            yield return new("HL103", $"'{spec.Gpu.Region}' is no AWS region.", "Name one such as us-east-1.");
        }

        if (spec.Federation is { Namespace: var space } && !NamespacePattern().IsMatch(space))
        {
            yield return new(
                "HL109",
                $"'{space}' is no namespace.",
                "Use up to 63 lower-case letters, digits and inner hyphens."
            );
        }
    }

    private static IEnumerable<SpecFault> Amounts(HybridClusterSpec spec)
    {
        if (spec.Model.ContextTokens is < 256 or > 1 << 20)
        {
            yield return new(
                "HL104",
                $"A context of {spec.Model.ContextTokens} tokens is out of range.",
                "Use 256 to 1048576 tokens."
            );
        }

        if (spec.Model.Parallel is < 1 or > 64)
        {
            yield return new("HL105", $"{spec.Model.Parallel} parallel requests are out of range.", "Use 1 to 64.");
        }

        if (spec.Budget is { PerDay: null, PerMonth: null })
        {
            yield return new("HL106", "No budget is given.", "Say what a day or a month may cost, in USD.");
        }

        foreach (
            var (name, amount) in new[]
            {
                ("budget per day", spec.Budget.PerDay),
                ("budget per month", spec.Budget.PerMonth),
                ("highest hourly price", spec.Gpu.MaxHourlyPrice),
            }
        )
        {
            if (amount <= 0)
            {
                yield return new(
                    "HL107",
                    string.Create(CultureInfo.InvariantCulture, $"A {name} of {amount} USD buys nothing."),
                    "Give a positive amount."
                );
            }
        }
    }

    private static IEnumerable<SpecFault> Markets(HybridClusterSpec spec)
    {
        (string Name, TimeSpan Value, TimeSpan Least, TimeSpan Most)[] bounds =
        [
            ("wait for spot", spec.Gpu.WaitForSpot, TimeSpan.Zero, TimeSpan.FromHours(1)),
            ("return to spot", spec.Gpu.ReturnToSpotEvery, TimeSpan.FromMinutes(1), TimeSpan.FromDays(1)),
        ];
        foreach (var fault in OutOfRange("HL113", bounds))
        {
            yield return fault;
        }

        if (spec.Budget.WarnAt is <= 0 or > 1)
        {
            yield return new(
                "HL114",
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"A warning at {spec.Budget.WarnAt} of the budget is none."
                ),
                "Give a share above 0 and up to 1, e.g. 0.8."
            );
        }

        if (spec.Model.Cache is not (ModelCacheKind.BucketToNvme or ModelCacheKind.VolumePerZone))
        {
            yield return new(
                "HL117",
                $"The model cannot be had by {spec.Model.Cache} here.",
                "Take the bucket or a volume in one zone; HybridLlm.AwsGpu's ModelVolumes has snapshots."
            );
        }

        if (
            (spec.Gpu.ExistingVpcId is { } vpc && !VpcPattern().IsMatch(vpc))
            || spec.Gpu is { ExistingVpcId: null, ExistingSubnetIds: not null }
        )
        {
            yield return new(
                "HL116",
                spec.Gpu.ExistingVpcId is { } named
                    ? $"'{named}' is no VPC's id."
                    : "Subnets are named without their VPC.",
                "Name the VPC by its id, e.g. vpc-0123456789abcdef0."
            );
        }

        if (spec.Gpu.InterruptionQueue is { } queue && !QueuePattern().IsMatch(queue))
        {
            yield return new(
                "HL115",
                $"'{queue}' is no queue's name.",
                "Use up to 80 letters, digits, hyphens and underscores, as SQS does."
            );
        }
    }

    private static IEnumerable<SpecFault> Lives(LifeSpec life)
    {
        (string Name, TimeSpan Value, TimeSpan Least, TimeSpan Most)[] bounds =
        [
            ("idle timeout", life.IdleTimeout, TimeSpan.FromMinutes(1), TimeSpan.FromHours(12)),
            ("lease", life.Lease, TimeSpan.FromMinutes(5), TimeSpan.FromHours(1)),
            ("boot deadline", life.BootDeadline, TimeSpan.FromMinutes(5), TimeSpan.FromHours(1)),
            ("maximum life", life.MaximumLife, TimeSpan.FromHours(1), TimeSpan.FromDays(7)),
        ];
        return OutOfRange("HL108", bounds);
    }

    private static IEnumerable<SpecFault> OutOfRange(
        string code,
        IEnumerable<(string Name, TimeSpan Value, TimeSpan Least, TimeSpan Most)> bounds
    ) =>
        bounds
            .Where(b => b.Value < b.Least || b.Value > b.Most)
            .Select(b => new SpecFault(
                code,
                $"A {b.Name} of {b.Value} is out of range.",
                $"Use {b.Least} to {b.Most}."
            ));

    /// <summary>All ranges but the mesh; null, with faults added, when one is malformed.</summary>
    private static List<AddressRange>? Ranges(HybridClusterSpec spec, List<SpecFault> faults)
    {
        (string Use, string Text, int Shortest, int Longest)[] asked =
        [
            ("home network", spec.Homelab.LanRange, 8, 30),
            ("homelab pods", spec.Homelab.PodRange, 8, 24),
            ("homelab services", spec.Homelab.ServiceRange, 8, 24),
            ("GPU cluster pods", spec.Gpu.PodRange, 8, 24),
            ("GPU cluster services", spec.Gpu.ServiceRange, 8, 24),
            ("VPC", spec.Gpu.VpcRange, 16, spec.Gpu.ExistingVpcId is null ? 20 : 28),
        ];
        List<AddressRange> ranges = [];
        var before = faults.Count;
        foreach (var (use, text, shortest, longest) in asked)
        {
            if (Parse(use, text, shortest, longest, faults) is { } range)
            {
                ranges.Add(new AddressRange(use, range));
            }
        }

        if (spec.Mesh.Range is { } mesh)
        {
            Parse("mesh", mesh, 16, 16, faults);
        }

        if (spec.Federation is not null)
        {
            ranges.AddRange(
                LiqoRange.Defaults.Where(r => !r.IsPool).Select(r => new AddressRange(r.Name, IPNetwork.Parse(r.Cidr)))
            );
        }

        return faults.Count == before ? ranges : null;
    }

    private static IPNetwork? Parse(string use, string text, int shortest, int longest, List<SpecFault> faults)
    {
        // .NET's own parser reads 192.168.1/24 as 192.168.0.1/24, and drops host bits without a word.
        if (!NebulaPrefix.TryParse(text, out var prefix) || prefix.IsIPv6 || prefix.Masked() != prefix)
        {
            var example =
                NebulaPrefix.TryParse(text, out var meant) && meant.IsIPv4 ? $"{meant.Masked()}" : "10.201.0.0/16";
            faults.Add(
                new(
                    "HL111",
                    $"'{text}' is no IPv4 range for the {use}.",
                    $"Write it as CIDR without host bits, e.g. {example}."
                )
            );
            return null;
        }

        IPNetwork range = new(prefix.Address, prefix.Length);
        if (range.PrefixLength < shortest || range.PrefixLength > longest)
        {
            var wanted = shortest == longest ? $"/{shortest}" : $"/{shortest} to /{longest}";
            faults.Add(new("HL112", $"{range} has the wrong size for the {use}.", $"Use {wanted}."));
            return null;
        }

        return range;
    }

    private static AddressProof Proof(HybridClusterSpec spec, List<AddressRange> ranges) =>
        AddressProof.Of(spec.Mesh.Range is { } mesh ? IPNetwork.Parse(mesh) : null, ranges);

    [GeneratedRegex("^[a-z]([a-z0-9-]{0,18}[a-z0-9])?$")]
    private static partial Regex NamePattern();

    [GeneratedRegex("^vpc-[0-9a-f]{8,17}$")]
    private static partial Regex VpcPattern();

    [GeneratedRegex("^[A-Za-z0-9_-]{1,80}$")]
    private static partial Regex QueuePattern();

    [GeneratedRegex("^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
    private static partial Regex NamespacePattern();

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._/-]{0,120}:[A-Za-z0-9._-]{1,80}$")]
    private static partial Regex ModelPattern();

    [GeneratedRegex("^[a-z]{2,3}(-[a-z]+)+-[0-9]$")]
    private static partial Regex RegionPattern();
}
