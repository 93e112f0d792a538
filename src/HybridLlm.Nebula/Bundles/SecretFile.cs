namespace HybridLlm.Nebula.Bundles;

/// <summary>Files only their owner may read, whole or not there at all.</summary>
internal static class SecretFile
{
    private const UnixFileMode FileMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode FolderMode = FileMode | UnixFileMode.UserExecute;

    public static void CreateFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            // A folder there inherits its access list; a profile's is private.
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, FolderMode);
        }
    }

    /// <summary>The file's text; null when there is none.</summary>
    public static async Task<string?> ReadAsync(string path, CancellationToken cancellationToken) =>
        File.Exists(path) ? await File.ReadAllTextAsync(path, cancellationToken).ConfigureAwait(false) : null;

    /// <summary>Writes beside the file, flushes to the disk, then renames: a crash leaves the old file or the new one.</summary>
    /// <exception cref="IOException">The file is there and <paramref name="replace"/> is false.</exception>
    public static async Task WriteAsync(string path, string content, bool replace, CancellationToken cancellationToken)
    {
        var temporary = $"{path}.{Path.GetRandomFileName()}";
        try
        {
            await WriteNewAsync(temporary, content, cancellationToken).ConfigureAwait(false);
            File.Move(temporary, path, replace);
        }
        finally
        {
            File.Delete(temporary);
        }
    }

    private static async Task WriteNewAsync(string path, string content, CancellationToken cancellationToken)
    {
        FileStreamOptions options = new()
        {
            Mode = System.IO.FileMode.CreateNew,
            Access = FileAccess.Write,
            Options = FileOptions.Asynchronous,
        };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = FileMode;
        }

        var stream = new FileStream(path, options);
        await using (stream.ConfigureAwait(false))
        {
            await stream.WriteAsync(Encoding.GoText.ToUtf8(content), cancellationToken).ConfigureAwait(false);
            stream.Flush(flushToDisk: true);
        }
    }
}
