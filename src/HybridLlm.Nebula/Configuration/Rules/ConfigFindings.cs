namespace HybridLlm.Nebula.Configuration.Rules;

/// <summary>Gathers what the rules find.</summary>
internal sealed class ConfigFindings
{
    private readonly List<ConfigFinding> _all = [];

    public IReadOnlyList<ConfigFinding> All => _all;

    public void Error(string path, string code, string message, string remedy) =>
        Add(ConfigSeverity.Error, path, code, message, remedy);

    public void Warn(string path, string code, string message, string remedy) =>
        Add(ConfigSeverity.Warning, path, code, message, remedy);

    private void Add(ConfigSeverity severity, string path, string code, string message, string remedy) =>
        _all.Add(new ConfigFinding(severity, path, null, new NebulaFault(code, message, remedy)));
}
