namespace NebulaCert;

/// <summary>What a flag's value must look like.</summary>
internal enum FlagKind
{
    Text,
    Switch,
    Number,
    Fraction,
    Duration,
}

/// <summary>One flag of a mode: <c>-name value</c>, <c>-name=value</c>, or with two dashes, as Go programs take them.</summary>
internal sealed record Flag(string Name, string Description, string Default = "", FlagKind Kind = FlagKind.Text)
{
    public string Help =>
        $"  -{Name}{Word}\n    \t{Description}{(Default.Length == 0 || Kind == FlagKind.Switch ? "" : $" (default {Default})")}\n";

    private string Word =>
        Kind switch
        {
            FlagKind.Switch => "",
            FlagKind.Number => " uint",
            FlagKind.Fraction => " float",
            FlagKind.Duration => " duration",
            _ => " string",
        };
}
