using System.Text.RegularExpressions;
using HybridLlm.Nebula.Configuration.Yaml;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;
using static HybridLlm.Nebula.Configuration.ConfigChangeEffect;

namespace HybridLlm.Nebula.Firewall;

/// <summary>
/// A rule that allows. It matches when port and protocol do, and (<see cref="CaFingerprint"/> or <see cref="CaName"/>), and
/// (<see cref="Host"/> or <see cref="Groups"/> or <see cref="Cidr"/>), and <see cref="LocalCidr"/>; what is not set does not
/// narrow. There are no rules that deny.
/// </summary>
public sealed partial record FirewallRule
{
    /// <summary>Why the rule is there; a comment in the file, not read back. Null for none.</summary>
    public string? Purpose { get; init; }

    /// <summary>Ports on the receiving side.</summary>
    public FirewallPorts Ports { get; init; }

    /// <summary>Protocol.</summary>
    public FirewallProtocol Protocol { get; init; }

    /// <summary>Name in the peer's certificate, or <c>any</c>; null for not narrowed by name.</summary>
    public string? Host { get; init; }

    /// <summary>Groups the peer's certificate must all have; <c>any</c> among them means every peer.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Range the peer's address must lie in; null for not narrowed.</summary>
    public FirewallRange? Cidr { get; init; }

    /// <summary>
    /// Range our own address must lie in. Null: our addresses in the mesh, and without unsafe networks in our certificate any. So
    /// traffic to a range behind this node needs it.
    /// </summary>
    public FirewallRange? LocalCidr { get; init; }

    /// <summary>Name of the authority that signed the peer's certificate; null for any.</summary>
    public string? CaName { get; init; }

    /// <summary>Fingerprint of that authority; null for any.</summary>
    public string? CaFingerprint { get; init; }

    internal static SectionCodec<FirewallRule> Codec { get; } =
        new SectionCodec<FirewallRule> { CommentOf = rule => rule.Purpose, CheckTogether = CheckTogether }
            .Value(
                "port",
                new ScalarCodec<FirewallPorts>(
                    "any, a port, a range of ports such as 8000-8100, or fragment",
                    text => (FirewallPorts.TryParse(text, out var ports), ports),
                    ports =>
                        ports is { IsAny: false, IsFragments: false } && ports.First == ports.Last
                            ? YamlScalar.Of(ports.First)
                            : YamlScalar.Of(ports.ToString())
                ),
                rule => rule.Ports,
                (rule, v) => rule with { Ports = v },
                Reload
            )
            .Value(
                "proto",
                Codecs.Choice(
                    ("any", FirewallProtocol.Any),
                    ("tcp", FirewallProtocol.Tcp),
                    ("udp", FirewallProtocol.Udp),
                    ("icmp", FirewallProtocol.Icmp)
                ),
                rule => rule.Protocol,
                (rule, v) => rule with { Protocol = v },
                Reload
            )
            .Text("host", rule => rule.Host, (rule, v) => rule with { Host = v }, Reload)
            .Text(
                "group",
                rule => rule.Groups is [var one] ? one : null,
                (rule, v) => rule with { Groups = [v] },
                Reload
            )
            .List(
                "groups",
                Codecs.List(Codecs.Text, single: true),
                rule => rule.Groups.Count > 1 ? rule.Groups : [],
                (rule, v) => rule with { Groups = v },
                Reload
            )
            .Value("cidr", RangeCodec, rule => rule.Cidr, (rule, v) => rule with { Cidr = v }, Reload)
            .Value("local_cidr", RangeCodec, rule => rule.LocalCidr, (rule, v) => rule with { LocalCidr = v }, Reload)
            .Text("ca_name", rule => rule.CaName, (rule, v) => rule with { CaName = v }, Reload)
            .Text("ca_sha", rule => rule.CaFingerprint, (rule, v) => rule with { CaFingerprint = v }, Reload);

    private static ConfigCodec<FirewallRange> RangeCodec =>
        new ScalarCodec<FirewallRange>(
            "any or a range such as 10.42.0.0/16",
            text => (FirewallRange.TryParse(text, out var range), range),
            range => YamlScalar.Of(range.ToString())
        );

    // Nebula has no defaults for these, and takes no group beside groups.
    private static void CheckTogether(YamlMappingNode rule, ConfigReading reading)
    {
        foreach (var (key, value) in rule.Children.Where(c => ConfigReading.IsNull(c.Value)))
        {
            reading.Error(
                value,
                "config-value",
                $"{key} has no value, which nebula takes for the text <nil>.",
                $"Give a value, or remove {key}."
            );
        }

        foreach (var item in rule.Children.Where(c => c.Key is YamlScalarNode { Value: "groups" }).SelectMany(Items))
        {
            reading.Error(
                item,
                "config-value",
                $"The group {item} reads as a number, a truth or a date, and nebula does not start.",
                "Put it in quotes."
            );
        }

        bool Has(string key) => rule.Children.ContainsKey(key);
        var isIcmp = rule.Children.TryGetValue("proto", out var proto) && proto is YamlScalarNode { Value: "icmp" };
        if (!Has("proto") || (!Has("port") && !isIcmp))
        {
            reading.Error(
                rule,
                "config-rule-incomplete",
                $"The rule lacks {(Has("proto") ? "port" : "proto")}; nebula does not start.",
                "Write port: any or proto: any if that is meant."
            );
        }

        if (Has("group") && Has("groups"))
        {
            reading.Error(
                rule,
                "config-rule-groups",
                "The rule has group and groups; nebula does not start.",
                "Use groups for several that a peer must all have."
            );
        }
    }

    // Items of a list that YAML takes for something else than text.
    private static IEnumerable<YamlNode> Items(KeyValuePair<YamlNode, YamlNode> list) =>
        list.Value is YamlSequenceNode sequence
            ? sequence.Where(item =>
                item is YamlScalarNode { Style: ScalarStyle.Plain, Value: { } text } && NotText().IsMatch(text)
            )
            : [];

    [GeneratedRegex(
        @"^(true|false|\d{4}-\d\d?-\d\d?.*|[-+]?(\.inf|\.nan|0x[0-9a-f_]+|0b[01_]+|0o[0-7_]+|(\d[\d_]*\.?|\.\d)[\d_]*(e[-+]?\d+)?))$",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex NotText();

    /// <summary>Whether the rule names any peer at all; nebula refuses one that does not.</summary>
    internal bool HasSelector =>
        Cidr is not null
        || LocalCidr is not null
        || new[] { Host, CaName, CaFingerprint }.Concat(Groups).Any(text => !string.IsNullOrEmpty(text));

    /// <summary>The rule on one line, as its keys in the file.</summary>
    public override string ToString() =>
        string.Join(
            ", ",
            ((YamlMap)Codec.Write(this)).Entries.Select(e =>
                $"{e.Key}: {(e.Value is YamlScalar scalar ? scalar.Text : string.Join(" and ", Groups))}"
            )
        );
}
