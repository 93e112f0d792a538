using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace HybridLlm.Nebula.Configuration.Yaml;

/// <summary>
/// Parses files and merges them as nebula does a folder: in order, maps key by key, a later scalar over an earlier one, a
/// later list before an earlier one. One trap is nebula's own: a later <c>false</c>, <c>0</c> or empty text does not win.
/// </summary>
internal static class YamlFiles
{
    /// <summary>Code of a finding that a file is no YAML.</summary>
    public const string NoYaml = "config-yaml";

    public static YamlNode? Read(IReadOnlyList<ConfigFile> files, ConfigReading reading)
    {
        YamlNode? merged = null;
        foreach (var file in files)
        {
            if (Parse(file, files.Count > 1, reading) is { } root)
            {
                merged = merged is null ? root : Merge("", merged, root, reading);
            }
        }

        return merged;
    }

    private static YamlNode? Parse(ConfigFile file, bool isOneOfMany, ConfigReading reading)
    {
        Parser parser = new(new StringReader(file.Text));
        try
        {
            YamlStream stream = [];
            stream.Load(new MergingParser(YamlBounds.Bounded(parser)));
            var root = stream.Documents.FirstOrDefault()?.RootNode;
            if (root is not null)
            {
                YamlBounds.Check(root);
            }

            if (root is not null && isOneOfMany)
            {
                reading.Register(root, file.Name);
            }

            return root;
        }
        catch (Exception e) when (e is YamlException or InvalidOperationException or ArgumentException)
        {
            // YamlDotNet's scanner lets the latter two through for some texts; then only about where it was is known.
            var at = (e as YamlException)?.Start ?? parser.Current?.Start;
            NebulaFault fault = new(NoYaml, $"The file is no YAML: {e.Message}", "Correct it at this line.");
            reading.Findings.Add(
                new ConfigFinding(ConfigSeverity.Error, "", (int)(at?.Line ?? 1), fault)
                {
                    File = isOneOfMany ? file.Name : null,
                }
            );
            return null;
        }
    }

    private static YamlNode Merge(string path, YamlNode earlier, YamlNode later, ConfigReading reading)
    {
        switch (earlier, later)
        {
            case (YamlMappingNode e, YamlMappingNode l):
                foreach (var (key, value) in e.Children)
                {
                    var name = $"{path}{(path.Length > 0 ? "." : "")}{key}";
                    l.Children[key] = l.Children.TryGetValue(key, out var other)
                        ? Merge(name, value, other, reading)
                        : value;
                }

                return l;
            case (YamlSequenceNode e, YamlSequenceNode l):
                foreach (var item in e.Children)
                {
                    l.Add(item);
                }

                return l;
            case (YamlScalarNode e, YamlScalarNode l) when IsZero(l) && e.Value != l.Value:
                reading.At(path, l, () => WarnOfZero(path, e, l, reading));
                return e;
            default:
                return later;
        }
    }

    private static bool IsZero(YamlScalarNode node) => node.Value is null or "" or "false" or "0" or "~" or "null";

    private static bool WarnOfZero(string path, YamlScalarNode earlier, YamlScalarNode later, ConfigReading reading)
    {
        reading.Error(
            later,
            "config-merge-zero",
            $"{path} is '{later.Value}' here, but an earlier file's '{earlier.Value}' wins: nebula's merge passes over false, 0 and empty.",
            "Remove the key from the earlier file."
        );
        return true;
    }
}
