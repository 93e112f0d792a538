namespace NebulaCert;

/// <summary>Wrong use of the command line; the help follows the message.</summary>
internal sealed class UsageException(string message, string help = "") : Exception(message)
{
    public string Help { get; } = help;
}

/// <summary>One thing the program does: <c>nebula-cert NAME flags</c>.</summary>
internal sealed record Mode(string Name, string Summary, Flag[] Flags, Func<Options, Task<int>> Run)
{
    public string Help =>
        $"""
            Usage of nebula-cert {Name} <flags>: {Summary}
              Pass "-" to any path flag to read from stdin or write to stdout.
            {string.Concat(Flags.OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => f.Help))}
            """;

    /// <summary>The flags that were given; null when help was asked for.</summary>
    public Options? Parse(string[] arguments)
    {
        try
        {
            return Options.Parse(Flags, arguments);
        }
        catch (UsageException e)
        {
            throw new UsageException(e.Message, Help);
        }
    }

    public async Task<int> RunAsync(Options options)
    {
        try
        {
            return await Run(options);
        }
        catch (UsageException e)
        {
            throw new UsageException(e.Message, Help);
        }
    }
}
