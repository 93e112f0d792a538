using System.Text;
using System.Text.RegularExpressions;

namespace HybridLlm.Journals;

/// <summary>
/// Where a cluster's state lies: <c>journal.jsonl</c> and <c>secrets/</c>, readable by their owner only, and the lock that lets one
/// controller at a time work with it.
/// </summary>
internal sealed partial class StateFolder : IDisposable
{
    private readonly FileStream _lock;

    private StateFolder(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    public string Path { get; }

    public string JournalPath => System.IO.Path.Combine(Path, "journal.jsonl");

    /// <summary>The documented default: <c>hybridllm/NAME</c> in the user's local application data.</summary>
    public static string DefaultPath(string cluster) =>
        System.IO.Path.Combine(
            Environment.GetFolderPath(
                Environment.SpecialFolder.LocalApplicationData,
                Environment.SpecialFolderOption.Create
            ),
            "hybridllm",
            cluster
        );

    /// <summary>Opens the folder, making it if need be.</summary>
    /// <exception cref="ClusterInUseException">Another controller works with this cluster.</exception>
    public static StateFolder Open(string path)
    {
        CreatePrivate(path);
        CreatePrivate(System.IO.Path.Combine(path, "secrets"));
        try
        {
            // The lock goes with the process, however it ends.
            FileStream held = new(
                System.IO.Path.Combine(path, "lock"),
                FileMode.OpenOrCreate,
                FileAccess.ReadWrite,
                FileShare.None
            );
            return new StateFolder(path, held);
        }
        catch (IOException e)
        {
            throw new ClusterInUseException(path, e);
        }
    }

    /// <summary>A secret's bytes; null when there is none of that name.</summary>
    public byte[]? ReadSecret(string name)
    {
        var path = SecretPath(name);
        return File.Exists(path) ? File.ReadAllBytes(path) : null;
    }

    /// <summary>A secret that is text.</summary>
    public string? ReadSecretText(string name) => ReadSecret(name) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    /// <summary>Writes a secret whole or not at all, mode 0600.</summary>
    public void WriteSecret(string name, ReadOnlySpan<byte> content)
    {
        var path = SecretPath(name);
        FileStreamOptions options = new() { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (FileStream file = new(path + ".new", options))
        {
            file.Write(content);
            file.Flush(flushToDisk: true);
        }

        File.Move(path + ".new", path, overwrite: true);
    }

    public void WriteSecret(string name, string text) => WriteSecret(name, Encoding.UTF8.GetBytes(text));

    public void DeleteSecret(string name) => File.Delete(SecretPath(name));

    /// <summary>Names of the secrets that begin with <paramref name="prefix"/>.</summary>
    public IEnumerable<string> SecretNames(string prefix) =>
        Directory
            .EnumerateFiles(System.IO.Path.Combine(Path, "secrets"), prefix + "*")
            .Select(f => System.IO.Path.GetFileName(f)!)
            .Order(StringComparer.Ordinal);

    public void Dispose() => _lock.Dispose();

    private string SecretPath(string name) =>
        SecretName().IsMatch(name)
            ? System.IO.Path.Combine(Path, "secrets", name)
            : throw new ArgumentException($"'{name}' is no secret's name.", nameof(name));

    private static void CreatePrivate(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(path);
        }
        else
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9._-]*$")]
    private static partial Regex SecretName();
}
