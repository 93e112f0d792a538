using System.Globalization;
using System.IO.Compression;
using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace HybridLlm.AwsGpu.Bootstrap;

/// <summary>
/// The user data of a node: a head of shell variables that differs from node to node, and the boot script, which does not.
/// It is gzipped, as cloud-init accepts, to stay far below EC2's 16 KB.
/// </summary>
public static partial class NodeUserData
{
    /// <summary>EC2's limit on user data before base64, bytes.</summary>
    public const int MaxBytes = 16 * 1024;

    private static readonly Lazy<string> s_script = new(ReadScript);

    /// <summary>The boot script: POSIX <c>sh</c>, the same for every node.</summary>
    public static string Script => s_script.Value;

    /// <summary>Lower-case hex SHA-256 of <see cref="Script"/>.</summary>
    public static string ScriptSha256 { get; } =
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(ReadScript())));

    /// <summary>Renders the user data; the same boot gives the same bytes.</summary>
    /// <exception cref="ArgumentException">A value cannot stand between single quotes, or the wake id is malformed.</exception>
    public static byte[] Render(NodeBoot boot)
    {
        ArgumentNullException.ThrowIfNull(boot);
        if (!WakeIdPattern().IsMatch(boot.WakeId))
        {
            throw new ArgumentException(
                $"'{boot.WakeId}' is no wake id: letters, digits, '.', '_' and '-' only.",
                nameof(boot)
            );
        }

        StringBuilder text = new("#!/bin/sh\n");
        foreach (var (name, value) in Variables(boot))
        {
            if (value.Contains('\'', StringComparison.Ordinal) || value.Contains('\n', StringComparison.Ordinal))
            {
                throw new ArgumentException($"{name} holds a quote or a line break.", nameof(boot));
            }

            text.Append(CultureInfo.InvariantCulture, $"{name}='{value}'\n");
        }

        return Gzip(Encoding.UTF8.GetBytes(text.Append(Script).ToString()));
    }

    /// <summary>Reads user data back, gzipped or not.</summary>
    /// <exception cref="FormatException">It is not ours, or its script is not this version's.</exception>
    public static NodeBoot Parse(ReadOnlySpan<byte> userData)
    {
        var text = Encoding.UTF8.GetString(Gunzip(userData.ToArray()));
        if (!text.EndsWith(Script, StringComparison.Ordinal))
        {
            throw new FormatException($"The user data does not end with the boot script {ScriptSha256[..12]}.");
        }

        var variables = VariableLine()
            .Matches(text[..^Script.Length])
            .ToDictionary(m => m.Groups["name"].Value, m => m.Groups["value"].Value, StringComparer.Ordinal);
        string Value(string name) =>
            variables.GetValueOrDefault(name) ?? throw new FormatException($"The user data lacks {name}.");
        DateTimeOffset Instant(string name) =>
            long.TryParse(Value(name), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                ? DateTimeOffset.FromUnixTimeSeconds(seconds)
                : throw new FormatException($"{name} is no number of seconds.");

        return new NodeBoot
        {
            WakeId = Value("HYBRIDLLM_WAKE"),
            Role = Value("HYBRIDLLM_ROLE") switch
            {
                "gpu" => NodeRole.Gpu,
                "lighthouse" => NodeRole.Lighthouse,
                var other => throw new FormatException($"'{other}' is no role."),
            },
            ControllerKey = X25519PublicKey.TryParse(Value("HYBRIDLLM_CONTROLLER_KEY"), out var key)
                ? key!
                : throw new FormatException("HYBRIDLLM_CONTROLLER_KEY is no X25519 key."),
            RequestUrl = new Uri(Value("HYBRIDLLM_REQUEST_URL")),
            ReplyUrl = new Uri(Value("HYBRIDLLM_REPLY_URL")),
            ReportUrl = new Uri(Value("HYBRIDLLM_REPORT_URL")),
            BootDeadline = Instant("HYBRIDLLM_BOOT_DEADLINE"),
            LastMoment = Instant("HYBRIDLLM_LAST_MOMENT"),
        };
    }

    private static IEnumerable<(string Name, string Value)> Variables(NodeBoot boot) =>
        [
            ("HYBRIDLLM_WAKE", boot.WakeId),
            ("HYBRIDLLM_ROLE", boot.Role == NodeRole.Gpu ? "gpu" : "lighthouse"),
            ("HYBRIDLLM_CONTROLLER_KEY", boot.ControllerKey.ToString()),
            ("HYBRIDLLM_REQUEST_URL", boot.RequestUrl.AbsoluteUri),
            ("HYBRIDLLM_REPLY_URL", boot.ReplyUrl.AbsoluteUri),
            ("HYBRIDLLM_REPORT_URL", boot.ReportUrl.AbsoluteUri),
            ("HYBRIDLLM_BOOT_DEADLINE", boot.BootDeadline.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)),
            ("HYBRIDLLM_LAST_MOMENT", boot.LastMoment.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture)),
        ];

    private static byte[] Gzip(byte[] data)
    {
        using MemoryStream output = new();
        using (GZipStream gzip = new(output, CompressionLevel.SmallestSize))
        {
            gzip.Write(data);
        }

        return output.ToArray();
    }

    private static byte[] Gunzip(byte[] data)
    {
        if (data is not [0x1f, 0x8b, ..])
        {
            return data;
        }

        using GZipStream gzip = new(new MemoryStream(data), CompressionMode.Decompress);
        using MemoryStream output = new();
        gzip.CopyTo(output);
        return output.ToArray();
    }

    private static string ReadScript()
    {
        using var stream = Assembly
            .GetExecutingAssembly()
            .GetManifestResourceStream("HybridLlm.AwsGpu.Bootstrap.node.sh")!;
        using StreamReader reader = new(stream, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    [GeneratedRegex(@"^[A-Za-z0-9._-]{1,64}$")]
    private static partial Regex WakeIdPattern();

    [GeneratedRegex("^(?<name>HYBRIDLLM_[A-Z_]+)='(?<value>[^'\n]*)'$", RegexOptions.Multiline)]
    private static partial Regex VariableLine();
}
