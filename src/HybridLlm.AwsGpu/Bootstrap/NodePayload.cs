using System.Formats.Tar;
using System.Text;

namespace HybridLlm.AwsGpu.Bootstrap;

/// <summary>What the sealed reply carries: a tree of files for the node's root, and the steps that follow.</summary>
public sealed class NodePayload
{
    /// <summary>On a GPU node with NVMe of its own, what lies below this folder lies on that: free, fast, and gone with the node.</summary>
    public const string LocalDisk = "/var/lib/hybridllm";

    private const string TreePrefix = "root";
    private const string StepsName = "steps";

    /// <summary>0755, as /etc and /var are; what is secret is so by its file's own mode.</summary>
    private const UnixFileMode FolderMode =
        UnixFileMode.UserRead
        | UnixFileMode.UserWrite
        | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead
        | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead
        | UnixFileMode.OtherExecute;

    /// <summary>A payload of files and steps.</summary>
    /// <param name="files">Files, each path once.</param>
    /// <param name="steps">Steps in order.</param>
    /// <exception cref="ArgumentException">A path occurs twice.</exception>
    public NodePayload(IReadOnlyList<NodeFile> files, IReadOnlyList<NodeStep> steps)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentNullException.ThrowIfNull(steps);
        if (files.GroupBy(f => f.Path, StringComparer.Ordinal).FirstOrDefault(g => g.Count() > 1) is { } twice)
        {
            throw new ArgumentException($"{twice.Key} occurs twice.", nameof(files));
        }

        Files = [.. files.OrderBy(f => f.Path, StringComparer.Ordinal)];
        Steps = steps;
    }

    /// <summary>Files for the node's root, ordered by path; each is written with mode 0600.</summary>
    public IReadOnlyList<NodeFile> Files { get; }

    /// <summary>What the node does then, in order.</summary>
    public IReadOnlyList<NodeStep> Steps { get; }

    /// <summary>Writes the payload as a tar archive.</summary>
    /// <param name="modified">Modification time of every entry. k3s ignores manifests that look as old as the epoch.</param>
    public byte[] ToTar(DateTimeOffset modified)
    {
        using MemoryStream output = new();
        using (TarWriter tar = new(output, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var folder in Folders())
            {
                tar.WriteEntry(
                    new UstarTarEntry(TarEntryType.Directory, folder) { Mode = FolderMode, ModificationTime = modified }
                );
            }

            foreach (var file in Files)
            {
                Write(tar, TreePrefix + file.Path, file.Content, modified);
            }

            var steps = string.Concat(Steps.Select(s => s.ToLine() + "\n"));
            Write(tar, StepsName, Encoding.UTF8.GetBytes(steps), modified);
        }

        return output.ToArray();
    }

    /// <summary>Reads a payload back.</summary>
    /// <exception cref="FormatException">It is no payload of ours.</exception>
    public static NodePayload FromTar(ReadOnlySpan<byte> archive)
    {
        List<NodeFile> files = [];
        string? steps = null;
        using TarReader tar = new(new MemoryStream(archive.ToArray()));
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.EntryType == TarEntryType.Directory)
            {
                continue;
            }

            using MemoryStream content = new();
            entry.DataStream?.CopyTo(content);
            if (entry.Name == StepsName)
            {
                steps = Encoding.UTF8.GetString(content.ToArray());
            }
            else if (entry.Name.StartsWith(TreePrefix + "/", StringComparison.Ordinal))
            {
                files.Add(new NodeFile(entry.Name[TreePrefix.Length..], content.ToArray()));
            }
            else
            {
                throw new FormatException($"{entry.Name} is neither the steps nor below the root.");
            }
        }

        var lines =
            steps?.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            ?? throw new FormatException("The payload has no steps.");
        return new NodePayload(files, [.. lines.Select(NodeStep.FromLine)]);
    }

    /// <summary>Folders are entries of their own, so that they come out readable under the script's tight umask.</summary>
    private IEnumerable<string> Folders() =>
        Files
            .SelectMany(f =>
            {
                var parts = f.Path.Split('/')[1..^1];
                return Enumerable.Range(0, parts.Length + 1).Select(n => string.Join('/', [TreePrefix, .. parts[..n]]));
            })
            .Distinct(StringComparer.Ordinal)
            .Order(StringComparer.Ordinal);

    private static void Write(TarWriter tar, string name, ReadOnlySpan<byte> content, DateTimeOffset modified) =>
        tar.WriteEntry(
            new UstarTarEntry(TarEntryType.RegularFile, name)
            {
                Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
                ModificationTime = modified,
                DataStream = new MemoryStream(content.ToArray()),
            }
        );
}
