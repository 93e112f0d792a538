namespace HybridLlm.AwsGpu.Fleets;

/// <summary>A machine image in one region.</summary>
public sealed record MachineImage
{
    /// <summary>EC2's id, e.g. <c>ami-0abc…</c>; it differs by region.</summary>
    public required string Id { get; init; }

    /// <summary>Its full name.</summary>
    public required string Name { get; init; }

    /// <summary>Architecture of the instances it runs on.</summary>
    public required CpuArchitecture Architecture { get; init; }

    /// <summary>Device of the root disk, e.g. <c>/dev/sda1</c>.</summary>
    public required string RootDevice { get; init; }

    /// <summary>Least size of the root disk, GiB; 0 when EC2 does not say.</summary>
    public required int RootVolumeGiB { get; init; }
}
