namespace HybridLlm.Testing.Ec2.Catalogue;

/// <summary>A comma-separated table without quoting; the first line names the columns.</summary>
internal static class CsvTable
{
    /// <summary>One of this package's own.</summary>
    public static List<T> Embedded<T>(string name, Func<IReadOnlyList<string>, T> row) =>
        Read(new StreamReader(typeof(CsvTable).Assembly.GetManifestResourceStream(name)!), row);

    /// <summary>Reads to the end, and closes.</summary>
    public static List<T> Read<T>(StreamReader reader, Func<IReadOnlyList<string>, T> row)
    {
        using (reader)
        {
            reader.ReadLine();
            List<T> rows = [];
            while (reader.ReadLine() is { Length: > 0 } line)
            {
                rows.Add(row(line.Split(',')));
            }

            return rows;
        }
    }
}
