namespace HybridLlm.Testing.Ec2.Catalogue;

/// <summary>The instance types an emulator knows, and where they are offered.</summary>
/// <param name="types">The types.</param>
/// <param name="offered">Ids of the zones that offer each, by name of the type.</param>
/// <param name="zones">The zones.</param>
internal sealed class MachineTypes(
    IEnumerable<MachineType> types,
    IReadOnlyDictionary<string, HashSet<string>> offered,
    Zones zones
)
{
    private readonly Dictionary<string, MachineType> _all = types.ToDictionary(t => t.Name, StringComparer.Ordinal);

    public IEnumerable<MachineType> All => _all.Values;

    public MachineType? Find(string name) => _all.GetValueOrDefault(name);

    /// <summary>A type by name.</summary>
    /// <exception cref="ArgumentException">The emulator has no such type.</exception>
    public MachineType Require(string name) =>
        Find(name) ?? throw new ArgumentException($"The emulator has no instance type '{name}'.");

    public bool Offered(string type, Zone zone) => offered.GetValueOrDefault(type)?.Contains(zone.Id) ?? false;

    /// <summary>Types offered in at least one zone of a region, by name.</summary>
    public IEnumerable<MachineType> In(string region) =>
        All.Where(t => zones.In(region).Any(z => Offered(t.Name, z))).OrderBy(t => t.Name, StringComparer.Ordinal);
}
