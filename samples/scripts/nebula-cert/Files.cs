using System.Text;
using HybridLlm.Nebula.Bundles;

namespace NebulaCert;

/// <summary>Files by path, where "-" is standard input or output.</summary>
internal static class Files
{
    private const string Standard = "-";

    /// <summary>Bytes as they are: a byte order mark before a block is text there, to nebula too.</summary>
    public static async Task<string> ReadAsync(string path) =>
        path == Standard
            ? await Console.In.ReadToEndAsync()
            : Encoding.UTF8.GetString(await File.ReadAllBytesAsync(path));

    /// <summary>Refuses two flags that both stand for standard input, or both for standard output.</summary>
    public static void AtMostOneStandard(Options options, string use, params string[] flags)
    {
        var standard = flags.Where(f => options.Text(f) == Standard).Select(f => $"-{f}").ToList();
        if (standard.Count > 1)
        {
            throw new UsageException($"{string.Join(" and ", standard)} both set to \"-\", only one {use}");
        }
    }

    /// <summary>Refuses one file for two things: the second would take the first one's place.</summary>
    public static void MustDiffer(Options options, string flag, string other) =>
        MustDiffer((flag, options.Text(flag)), (other, options.Text(other)));

    /// <summary>As <see cref="MustDiffer(Options, string, string)"/>, for paths that may be a default.</summary>
    public static void MustDiffer((string Flag, string Path) one, (string Flag, string Path) other)
    {
        if (one.Path == other.Path && one.Path is not (Standard or ""))
        {
            throw new IOException($"-{one.Flag} and -{other.Flag} are one file: {one.Path}");
        }
    }

    /// <summary>Refuses when a file is there already: a key that is overwritten is gone.</summary>
    public static void MustBeNew(string what, string path)
    {
        if (path != Standard && Path.Exists(path))
        {
            throw new IOException($"refusing to overwrite existing {what}: {path}");
        }
    }

    /// <summary>Writes a new file that only its owner may read.</summary>
    public static Task WriteNewAsync(string path, string content) => WriteAsync(path, content, ExistingFiles.Refuse);

    /// <summary>Replaces a file atomically.</summary>
    public static Task ReplaceAsync(string path, string content) => WriteAsync(path, content, ExistingFiles.Replace);

    private static async Task WriteAsync(string path, string content, ExistingFiles existing)
    {
        if (path == Standard)
        {
            await Console.Out.WriteAsync(content);
            return;
        }

        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (!Directory.Exists(folder))
        {
            throw new DirectoryNotFoundException($"open {path}: no such file or directory");
        }

        await BundleWriter.WriteAsync(folder, [new BundleFile(Path.GetFileName(path), content)], existing);
    }
}
