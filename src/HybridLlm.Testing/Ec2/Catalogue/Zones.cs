namespace HybridLlm.Testing.Ec2.Catalogue;

/// <summary>An availability zone. Ids are the same for everyone; names are shuffled per account, so they differ here too.</summary>
/// <param name="Region">E.g. <c>us-east-1</c>.</param>
/// <param name="Name">E.g. <c>us-east-1a</c>.</param>
/// <param name="Id">E.g. <c>use1-az4</c>.</param>
internal sealed record Zone(string Region, string Name, string Id);

/// <summary>The regions and zones an emulator has.</summary>
internal sealed class Zones(IReadOnlyList<Zone> all)
{
    public IReadOnlyList<string> Regions { get; } = [.. all.Select(z => z.Region).Distinct()];

    public IEnumerable<Zone> All => all;

    public IEnumerable<Zone> In(string region) => all.Where(z => z.Region == region);

    public Zone? Find(string? nameOrId) => all.FirstOrDefault(z => z.Name == nameOrId || z.Id == nameOrId);

    /// <summary>A zone by name.</summary>
    /// <exception cref="ArgumentException">The emulator has no such zone.</exception>
    public Zone Require(string name) =>
        all.FirstOrDefault(z => z.Name == name)
        ?? throw new ArgumentException(
            $"The emulator has no zone '{name}'; it has zones of {string.Join(", ", Regions)}."
        );
}
