namespace HybridLlm.Testing.Ec2.Catalogue;

/// <summary>An embedded comma-separated table without quoting; the first line names the columns.</summary>
internal static class CsvTable
{
    public static IReadOnlyList<T> Read<T>(string name, Func<IReadOnlyList<string>, T> row)
    {
        using var stream = typeof(CsvTable).Assembly.GetManifestResourceStream(name)!;
        using StreamReader reader = new(stream);
        reader.ReadLine();
        List<T> rows = [];
        while (reader.ReadLine() is { Length: > 0 } line)
        {
            rows.Add(row(line.Split(',')));
        }

        return rows;
    }
}
