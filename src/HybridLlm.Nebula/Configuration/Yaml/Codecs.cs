using System.Globalization;
using System.Net;
using HybridLlm.Nebula.Networks;

namespace HybridLlm.Nebula.Configuration.Yaml;

/// <summary>The kinds of scalar that nebula's configuration has.</summary>
internal static class Codecs
{
    private static readonly string[] s_true = ["true", "t", "1", "yes", "y"];
    private static readonly string[] s_false = ["false", "f", "0", "no", "n"];

    public static ConfigCodec<string> Text { get; } =
        new ScalarCodec<string>("a text", text => (true, text), YamlScalar.Of);

    public static ConfigCodec<bool> Bool { get; } =
        new ScalarCodec<bool>(
            "true or false",
            text =>
                (s_true.Concat(s_false).Contains(text.ToLowerInvariant()), s_true.Contains(text.ToLowerInvariant())),
            YamlScalar.Of
        );

    public static ConfigCodec<TimeSpan> Duration { get; } =
        new ScalarCodec<TimeSpan>(
            "a duration such as 250ms, 5s or 1h30m, not below 0",
            text => (GoDuration.TryParse(text, out var duration) && duration >= TimeSpan.Zero, duration),
            duration => new YamlScalar(GoDuration.Format(duration), IsText: false)
        );

    public static ConfigCodec<IPAddress> Address { get; } =
        new ScalarCodec<IPAddress>(
            "an address such as 10.42.0.1",
            text => (AddressText.TryParse(text, out var address), address),
            address => YamlScalar.Of(AddressText.Format(address))
        );

    public static ConfigCodec<NebulaPrefix> Prefix { get; } =
        new ScalarCodec<NebulaPrefix>(
            "a range such as 10.42.0.0/16",
            text => (NebulaPrefix.TryParse(text, out var prefix), prefix),
            prefix => YamlScalar.Of(prefix.ToString())
        );

    public static ConfigCodec<NebulaEndpoint> Endpoint { get; } =
        new ScalarCodec<NebulaEndpoint>(
            "a host and a port such as 203.0.113.7:4242 or [2001:db8::7]:4242",
            text => (NebulaEndpoint.TryParse(text, out var endpoint), endpoint),
            endpoint => YamlScalar.Of(endpoint.ToString())
        );

    public static ConfigCodec<int> Int(int min, int max = int.MaxValue) =>
        new ScalarCodec<int>(
            max == int.MaxValue ? $"a whole number of {min} or more" : $"a whole number from {min} to {max}",
            text => (TryParseInt(text, out var number) && number >= min && number <= max, number),
            number => YamlScalar.Of(number)
        );

    /// <summary>One of a few words.</summary>
    public static ConfigCodec<T> Choice<T>(params (string Word, T Value)[] choices)
        where T : struct, Enum =>
        new ScalarCodec<T>(
            $"one of {string.Join(", ", choices.Select(c => c.Word))}",
            text =>
                choices
                    .Where(c => c.Word == text)
                    .Select(c => (true, c.Value))
                    .DefaultIfEmpty((false, default))
                    .First(),
            value => YamlScalar.Of(choices.First(c => EqualityComparer<T>.Default.Equals(c.Value, value)).Word)
        );

    public static ConfigCodec<IReadOnlyList<T>> List<T>(ConfigCodec<T> item, bool single = false) =>
        new ListCodec<T>(item, single);

    // A leading zero makes a YAML number octal: nebula reads 010 as 8.
    private static bool TryParseInt(string text, out int number) =>
        int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number)
        && text == number.ToString(CultureInfo.InvariantCulture);
}
