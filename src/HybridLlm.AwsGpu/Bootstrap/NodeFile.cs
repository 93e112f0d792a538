using System.Text;

namespace HybridLlm.AwsGpu.Bootstrap;

/// <summary>A file the reply lays onto a node. Its content may be secret: it prints its path and size only.</summary>
public sealed class NodeFile
{
    private readonly byte[] _content;

    /// <summary>A file with mode 0600.</summary>
    /// <param name="path">Absolute path on the node, without <c>.</c> or <c>..</c> parts.</param>
    /// <param name="content">Its bytes.</param>
    /// <exception cref="ArgumentException">The path is not absolute and plain.</exception>
    public NodeFile(string path, ReadOnlySpan<byte> content)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (
            path[0] != '/'
            || path[1..].Split('/').Any(part => part is "" or "." or "..")
            || path.Any(char.IsWhiteSpace)
        )
        {
            throw new ArgumentException($"'{path}' is no plain absolute path.", nameof(path));
        }

        Path = path;
        _content = content.ToArray();
    }

    /// <summary>A text file with mode 0600, UTF-8.</summary>
    /// <param name="path">Absolute path on the node.</param>
    /// <param name="text">Its text.</param>
    public NodeFile(string path, string text)
        : this(path, Encoding.UTF8.GetBytes(text)) { }

    /// <summary>Absolute path on the node.</summary>
    public string Path { get; }

    /// <summary>The file's bytes.</summary>
    public ReadOnlySpan<byte> Content => _content;

    /// <summary>Path and size, never content.</summary>
    public override string ToString() => $"{Path} ({_content.Length} bytes)";
}
