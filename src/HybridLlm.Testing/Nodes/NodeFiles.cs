using System.Formats.Tar;
using System.IO.Compression;
using System.Text;

namespace HybridLlm.Testing.Nodes;

/// <summary>The files an emulated node has written, by absolute path.</summary>
public sealed class NodeFiles
{
    private const UnixFileMode Private = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly SortedDictionary<string, (byte[] Content, UnixFileMode Mode)> _files = new(StringComparer.Ordinal);

    private readonly List<(string Folder, NodeDisk Disk)> _mounts = [];

    /// <summary>Paths, ordered.</summary>
    public IReadOnlyList<string> Paths => [.. _files.Keys];

    /// <summary>A file's bytes; null when there is none.</summary>
    /// <param name="path">Absolute path.</param>
    public byte[]? Read(string path) => _files.TryGetValue(path, out var file) ? file.Content : null;

    /// <summary>A file's text; null when there is none.</summary>
    /// <param name="path">Absolute path.</param>
    public string? ReadText(string path) => Read(path) is { } content ? Encoding.UTF8.GetString(content) : null;

    /// <summary>A file's permissions.</summary>
    /// <param name="path">Absolute path of a file that is there.</param>
    public UnixFileMode Mode(string path) => _files[path].Mode;

    internal void Write(string path, ReadOnlySpan<byte> content, UnixFileMode mode = Private)
    {
        var bytes = content.ToArray();
        _files[path] = (bytes, mode);
        foreach (var (folder, disk) in _mounts.Where(m => path.StartsWith(m.Folder, StringComparison.Ordinal)))
        {
            disk.Write(path[folder.Length..], bytes, mode);
        }
    }

    /// <summary>Shows a volume below a folder; what is written there from now on stays on it.</summary>
    internal void Mount(string path, NodeDisk disk)
    {
        _mounts.Add((path + "/", disk));
        foreach (var (name, file) in disk.Files)
        {
            _files[$"{path}/{name}"] = file;
        }
    }

    /// <summary>Unpacks a tar archive, gzipped or not, below a folder, as <c>tar -xp</c> does.</summary>
    internal void Unpack(string folder, byte[] archive)
    {
        using MemoryStream raw = new(archive);
        using Stream stream = archive is [0x1f, 0x8b, ..] ? new GZipStream(raw, CompressionMode.Decompress) : raw;
        using TarReader tar = new(stream);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.EntryType is not (TarEntryType.RegularFile or TarEntryType.V7RegularFile))
            {
                continue;
            }

            using MemoryStream content = new();
            entry.DataStream?.CopyTo(content);
            Write($"{folder}/{entry.Name.TrimStart('.', '/')}", content.ToArray(), entry.Mode);
        }
    }
}
