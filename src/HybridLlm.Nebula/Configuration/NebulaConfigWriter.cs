using HybridLlm.Nebula.Configuration.Yaml;

namespace HybridLlm.Nebula.Configuration;

/// <summary>Writes configurations: keys in a fixed order, with comments that explain. Same configuration, same text.</summary>
public static class NebulaConfigWriter
{
    /// <summary>The configuration as YAML. It holds secrets when keys are inlined.</summary>
    public static string Write(NebulaConfig config)
    {
        ArgumentNullException.ThrowIfNull(config);
        return YamlText.Write((YamlMap)NebulaConfig.Codec.Write(config));
    }
}
