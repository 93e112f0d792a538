using System.Text;
using System.Text.Json;

namespace HybridLlm.Journals;

/// <summary>
/// The journal of a cluster: a file of JSON lines that only grows. An entry is on disk before <see cref="Append"/> returns.
/// </summary>
internal sealed class Journal
{
    private readonly string _path;
    private readonly Lock _gate = new();

    private Journal(string path, IReadOnlyList<JournalEntry> entries)
    {
        _path = path;
        Memory = ClusterMemory.Of(entries);
    }

    /// <summary>What the entries amount to.</summary>
    public ClusterMemory Memory { get; private set; }

    /// <summary>Opens a journal; a missing file is an empty one.</summary>
    /// <exception cref="JournalCorruptException">A line is damaged.</exception>
    public static async Task<Journal> OpenAsync(string path, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            return new Journal(path, []);
        }

        var text = await File.ReadAllTextAsync(path, Encoding.UTF8, cancellationToken).ConfigureAwait(false);
        var lines = text.Split('\n');
        List<JournalEntry> entries = [];
        List<string> faults = [];
        for (var i = 0; i < lines.Length - 1; i++)
        {
            try
            {
                entries.Add(
                    JsonSerializer.Deserialize(lines[i], JournalJson.Default.JournalEntry)
                        ?? throw new JsonException("null")
                );
            }
            catch (Exception e) when (e is JsonException or NotSupportedException)
            {
                faults.Add($"line {i + 1} is no entry");
            }
        }

        if (faults.Count == 0 && entries is not [] and not [ClusterCreated, ..])
        {
            faults.Add("line 1 does not say who owns the cluster");
        }

        if (faults.Count > 0)
        {
            throw new JournalCorruptException(path, faults);
        }

        // A last line without its line break is a write that a crash cut short: it never returned, so nobody acted on it.
        if (lines[^1].Length > 0)
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Write);
            file.SetLength(Encoding.UTF8.GetByteCount(text) - Encoding.UTF8.GetByteCount(lines[^1]));
            file.Flush(flushToDisk: true);
        }

        return new Journal(path, entries);
    }

    /// <summary>Writes an entry through to the disk before it returns.</summary>
    public void Append(JournalEntry entry)
    {
        var line = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(entry, JournalJson.Default.JournalEntry) + "\n");
        lock (_gate)
        {
            FileStreamOptions options = new()
            {
                Mode = FileMode.Append,
                Access = FileAccess.Write,
                Share = FileShare.Read,
                BufferSize = 0,
            };
            if (!OperatingSystem.IsWindows())
            {
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            }

            using (FileStream file = new(_path, options))
            {
                // One write, so that a crash leaves whole lines and at most one cut short.
                file.Write(line);
                file.Flush(flushToDisk: true);
            }

            Memory = Memory.With(entry);
        }
    }
}
