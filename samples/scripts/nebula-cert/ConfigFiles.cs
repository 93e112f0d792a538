using HybridLlm.Nebula.Configuration;

namespace NebulaCert;

/// <summary>A configuration as nebula takes it: one file, or every <c>.yml</c> and <c>.yaml</c> below a folder.</summary>
internal static class ConfigFiles
{
    public static IReadOnlyList<ConfigFile> Read(string path)
    {
        if (!Directory.Exists(path))
        {
            return [new ConfigFile(path, File.ReadAllText(path))];
        }

        List<ConfigFile> files =
        [
            .. Directory
                .EnumerateFiles(path, "*", SearchOption.AllDirectories)
                .Where(f => Path.GetExtension(f) is ".yml" or ".yaml")
                .Select(f => new ConfigFile(f, File.ReadAllText(f))),
        ];
        return files.Count > 0 ? files : throw new FileNotFoundException($"{path} holds no .yml or .yaml file");
    }
}
