namespace HybridLlm.Testing.Ec2.Catalogue;

/// <summary>An availability zone. Ids are the same for everyone; names are shuffled per account, so they differ here too.</summary>
/// <param name="Region">E.g. <c>us-east-1</c>.</param>
/// <param name="Name">E.g. <c>us-east-1a</c>.</param>
/// <param name="Id">E.g. <c>use1-az4</c>.</param>
internal sealed record Zone(string Region, string Name, string Id);

/// <summary>The regions and zones the emulator has.</summary>
internal static class Zones
{
    private static readonly IReadOnlyList<Zone> s_all = CsvTable.Read("zones.csv", c => new Zone(c[0], c[1], c[2]));

    public static IReadOnlyList<string> Regions { get; } = [.. s_all.Select(z => z.Region).Distinct()];

    public static IEnumerable<Zone> In(string region) => s_all.Where(z => z.Region == region);

    public static Zone? Find(string? nameOrId) => s_all.FirstOrDefault(z => z.Name == nameOrId || z.Id == nameOrId);

    /// <summary>A zone by name.</summary>
    /// <exception cref="ArgumentException">The emulator has no such zone.</exception>
    public static Zone Require(string name) =>
        s_all.FirstOrDefault(z => z.Name == name)
        ?? throw new ArgumentException(
            $"The emulator has no zone '{name}'; it has zones of {string.Join(", ", Regions)}."
        );
}
