namespace HybridLlm.Nebula.Bundles;

/// <summary>What to do about files that are there already with another content.</summary>
public enum ExistingFiles
{
    /// <summary>Write nothing at all and say which.</summary>
    Refuse,

    /// <summary>Replace each atomically, as a renewal does.</summary>
    Replace,
}

/// <summary>Writes bundles: mode 0600, each file atomically, nothing overwritten by accident.</summary>
public static class BundleWriter
{
    /// <summary>Writes the files into a folder, which is made (0700) when absent. Files that are equal already stay untouched.</summary>
    /// <param name="folder">Where to.</param>
    /// <param name="files">The files, e.g. <see cref="HostBundle.Files"/>.</param>
    /// <param name="existing">What to do about files with another content.</param>
    /// <param name="cancellationToken">Stops between files.</param>
    /// <returns>Names of the files written; empty when all were equal.</returns>
    /// <exception cref="NebulaValidationException">Files with another content are there, and replacing was not asked for.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    public static async Task<IReadOnlyList<string>> WriteAsync(
        string folder,
        IReadOnlyList<BundleFile> files,
        ExistingFiles existing = ExistingFiles.Refuse,
        CancellationToken cancellationToken = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentNullException.ThrowIfNull(files);
        SecretFile.CreateFolder(folder);

        List<BundleFile> changed = [];
        List<string> conflicts = [];
        foreach (var file in files)
        {
            var found = await SecretFile
                .ReadAsync(Path.Combine(folder, file.Name), cancellationToken)
                .ConfigureAwait(false);
            if (found != file.Content)
            {
                changed.Add(file);
                conflicts.AddRange(found is null ? [] : [file.Name]);
            }
        }

        if (existing == ExistingFiles.Refuse)
        {
            NebulaValidationException.ThrowIfAny($"Writing to {folder}", [.. conflicts.Select(Conflict)]);
        }

        foreach (var file in changed)
        {
            await SecretFile
                .WriteAsync(
                    Path.Combine(folder, file.Name),
                    file.Content,
                    existing == ExistingFiles.Replace,
                    cancellationToken
                )
                .ConfigureAwait(false);
        }

        return [.. changed.Select(f => f.Name)];
    }

    private static NebulaFault Conflict(string name) =>
        new(
            "file-exists",
            $"{name} is there already, with another content.",
            "Remove it, choose another folder, or ask to replace it."
        );
}
