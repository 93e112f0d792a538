using System.Collections.Concurrent;

namespace HybridLlm.Testing.Nodes;

/// <summary>The files on an emulated volume, by path below its root. They outlive the node that wrote them.</summary>
internal sealed class NodeDisk
{
    private readonly ConcurrentDictionary<string, (byte[] Content, UnixFileMode Mode)> _files;

    public NodeDisk()
        : this([]) { }

    private NodeDisk(IEnumerable<KeyValuePair<string, (byte[] Content, UnixFileMode Mode)>> files) =>
        _files = new(files, StringComparer.Ordinal);

    public IEnumerable<KeyValuePair<string, (byte[] Content, UnixFileMode Mode)>> Files => _files;

    public void Write(string path, byte[] content, UnixFileMode mode) => _files[path] = (content, mode);

    public NodeDisk Copy() => new(_files);
}
