using HybridLlm.Nebula.Configuration;

namespace NebulaCert;

/// <summary><c>lint</c>: everything wrong with a configuration, and what nebula would silently ignore.</summary>
internal static class LintMode
{
    public static readonly Mode Mode = new(
        "lint",
        "FILE|DIR: checks a configuration, more strictly than nebula -test",
        [new("no-pki", "Optional: leave certificates and key unchecked", Kind: FlagKind.Switch)],
        RunAsync
    );

    private static async Task<int> RunAsync(Options options)
    {
        var path = options.Rest is [var only] ? only : throw new UsageException("one file or folder is required");
        var files = ConfigFiles.Read(path);
        var config = NebulaConfigReader.Read(files).Config;
        var material = options.Switch("no-pki")
            ? null
            : await PkiMaterial.ReadAsync(config.Pki, null, TimeProvider.System.GetUtcNow());

        var findings = NebulaConfigValidator.Validate(files, material);
        foreach (var finding in findings)
        {
            var place = $"{finding.File ?? files[0].Name}{(finding.Line is { } line ? $":{line}" : "")}";
            Console.WriteLine(
                $"{place}: {finding.Severity.ToString().ToLowerInvariant()}: {finding.Path}: {finding.Fault}"
            );
        }

        return findings.Any(f => f.Severity == ConfigSeverity.Error) ? 1 : 0;
    }
}
