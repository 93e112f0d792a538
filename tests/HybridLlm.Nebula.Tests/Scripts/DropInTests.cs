using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using HybridLlm.Nebula.Tests.Certificates;
using HybridLlm.Nebula.Tests.Real;

namespace HybridLlm.Nebula.Tests.Scripts;

/// <summary>The same command lines for the script and for the real nebula-cert 1.11: same exit codes, files and JSON.</summary>
public sealed partial class DropInTests
{
    // ca, limited, p256: authorities; k.pub, p.pub: public keys. Lines of a case run one after the other in one folder.
    private static readonly string[] s_cases =
    [
        "ca -name home | print -json -path ca.crt | verify -ca ca.crt -crt ca.crt",
        "ca -name=home -curve P256 -version 1 -duration 100h | print -path ca.crt | sign -name h -networks 10.1.0.1/16 | print -json -path h.crt",
        "ca --name home --curve CURVE25519 --duration=1h30m15.5s -groups \" a , b,,a\" | print -json -path ca.crt",
        "ca -name home -networks 10.0.0.0/8,fd00::/8 -unsafe-networks 192.168.0.0/16 | print -json -path ca.crt",
        "ca -name home -version 1 -ips 10.0.0.0/8 -subnets 192.168.0.0/16 | print -json -path ca.crt",
        "ca -name home -version 1 -networks fd00::/8",
        "ca -name home -networks 0.0.0.0/0",
        "ca -name home -networks 10.0.0.0/8,10.0.0.0/8",
        "ca -name home -out-key - -out-crt c.crt | ca -name home -out-key c.key -out-crt - | ca -name home -out-key - -out-crt -",
        "ca -name home | ca -name home | ca -name home -out-key other.key",
        "ca -name home -encrypt -argon-memory 1024 -argon-iterations 2 -argon-parallelism 1 | sign -name h -networks 10.1.0.1/16 | print -json -path h.crt",
        "ca | ca -name \"\" | ca -name a -duration 0 | ca -name a -duration -1h | ca -name a -duration 5 | ca -name a -duration h",
        "ca -name a -version 0 | ca -name a -version 3 | ca -name a -version -1 | ca -name a -version x | ca -name a -curve P384",
        "ca -name a -bogus | ca -name | ca -h | ca -help | ca --h | ca -name a word -out-key x.key | ca -name b -out-key no/x.key",
        "sign -name h -networks 10.1.0.1/16 -ca-crt limited.crt -ca-key limited.key",
        "sign -name h -networks 10.1.0.1/16 | sign -name h -networks 10.1.0.1/16 | print -json -path h.crt | verify -ca ca.crt -crt h.crt",
        "sign -name h -ip 10.1.0.1/16 -subnets 10.9.0.0/16 -in-pub k.pub | print -json -path h.crt",
        "sign -name h -networks 10.1.0.1/16,fd00::1/64,10.1.0.9/8 -unsafe-networks ::/0,0.0.0.0/0 -groups \"b , a,,b\" -in-pub k.pub -duration 1h | print -json -path h.crt",
        "sign -name h -networks 10.1.0.1/16 -version 1 -in-pub k.pub -out-crt - | sign -name h -networks 10.1.0.1/16 -out-key - | sign -name g -networks 10.1.0.1/16 -out-key - -out-crt -",
        "sign -name h -networks 10.1.0.1/16,10.2.0.1/16 -version 1 | sign -name h -networks fd00::1/64 -version 1 | sign -name h -networks fd00::1/64",
        "sign -name h -networks 10.1.0.1 | sign -name h -networks 10.1.0.1/33 | sign -name h -networks 0.0.0.0/8 | sign -name h -networks ::ffff:10.1.0.1/104",
        "sign -name h -networks 10.1.0.1/16,10.1.0.1/16 | sign -name h -networks 10.1.0.1/16 -unsafe-networks fd00::/8",
        "sign | sign -name h | sign -networks 10.1.0.1/16 | sign -name h -networks 10.1.0.1/16 -version 3 | sign -name h -networks 10.1.0.1/16 -duration 9999999h",
        "sign -name h -networks 10.1.0.1/16 -in-pub k.pub -out-key h.key | sign -name h -networks 10.1.0.1/16 -in-pub no.pub | sign -name h -networks 10.1.0.1/16 -in-pub p.pub",
        "sign -name h -networks 10.1.0.1/16 -in-pub ca.key | sign -name h -networks 10.1.0.1/16 -ca-key k.key | sign -name h -networks 10.1.0.1/16 -ca-crt limited.crt",
        "sign -name h -networks 10.1.0.1/16 -ca-crt p256.crt -ca-key p256.key -in-pub p.pub | print -json -path h.crt | verify -ca p256.crt -crt h.crt | verify -ca ca.crt -crt h.crt",
        "sign -name h -networks 10.1.0.1/16 -ca-crt p256.crt -ca-key p256.key -in-pub k.pub",
        "sign -name sub/h -networks 10.1.0.1/16 | sign -name ./h -networks 10.1.0.1/16 | sign -name ö -networks 10.1.0.1/16 | print -json -path ö.crt",
        "sign -name h -networks 10.1.0.1/16 -in-pub - -ca-key - | sign -name h -networks 10.1.0.1/16 -in-pub -",
        "keygen -out-key a.key -out-pub a.pub | keygen -curve P256 -out-key b.key -out-pub b.pub | keygen -out-key - -out-pub c.pub | keygen -out-key - -out-pub -",
        "keygen | keygen -out-key a | keygen -out-pub a | keygen -curve X -out-key a -out-pub b | keygen -out-key no/a -out-pub b",
        "print | print -path no | print -path ca.key | print -path - | print -json -path | print -json=false -path ca.crt | print -json=x -path ca.crt | print -json word -path ca.crt",
        "verify | verify -ca ca.crt | verify -crt ca.crt | verify -ca no -crt ca.crt | verify -ca ca.key -crt ca.crt | verify -ca ca.crt -crt no | verify -ca k.pub -crt ca.crt | verify -ca - -crt -",
        "ca -name a -version 0x2 | print -path ca.crt",
        "ca -name a -version 0b10 -out-key a -out-crt b | ca -name a -version 0_2 -out-key c -out-crt d | ca -name a -version 2_ | ca -name a -version 09",
        "ca -name a -duration 1ns -out-key a -out-crt b | ca -name a -duration 2562047h47m16.854775807s -out-key c -out-crt d | ca -name a -duration 2562047h47m16.854775808s",
        "sign -name h -networks 10.1.0.1/16 -ca-crt behind.crt | print -json -path h.crt | print -json -path behind.crt | verify -ca behind.crt -crt h.crt",
        "-version | -version ca | --version | -version=true | -version=false | -version=x | -h -version | -help=1 | -help=false ca -h | -version=false print -path ca.crt",
        "-h | -help | --help | bogus | help | -bogus | verify -h | print -h | sign -h | keygen -h",
    ];

    public static TheoryData<int, string> Cases() => new(s_cases.Select((c, i) => (i, c)));

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task The_same_commands_do_the_same(int index, string commands)
    {
        using var ours = Folder();
        using var theirs = Folder();

        foreach (var words in s_cases[index].Split(" | ").Select(Words))
        {
            var we = await NebulaCertScript.OursAsync(new(ours.Path, words) { Passphrase = "open" });
            var they = await NebulaCertScript.TheirsAsync(new(theirs.Path, words) { Passphrase = "open" });

            var line = string.Join(' ', words);
            we.Exit.ShouldBe(they.Exit, $"{line} of {commands}: {we} against {they}");
            Comparable(we.Output).ShouldBe(Comparable(they.Output), line);
            (we.Errors.Length > 0).ShouldBe(they.Errors.Length > 0, line);
            Listing(ours.Path).ShouldBe(Listing(theirs.Path), line);
        }
    }

    [Theory]
    [InlineData("k.pub", "sign -name h -networks 10.1.0.1/16 -in-pub - -out-crt h.crt")]
    [InlineData("ca.key", "sign -name h -networks 10.1.0.1/16 -ca-key - -in-pub k.pub -out-crt h.crt")]
    [InlineData("ca.crt", "sign -name h -networks 10.1.0.1/16 -ca-crt - -in-pub k.pub -out-crt -")]
    [InlineData("ca.crt", "print -json -path -")]
    [InlineData("ca.crt", "verify -ca - -crt ca.crt")]
    public async Task Files_come_through_standard_input_too(string file, string command)
    {
        using var folder = Folder();
        using var other = Folder();

        var we = await NebulaCertScript.OursAsync(new(folder.Path, Words(command)) { Input = folder.Read(file) });
        var they = await NebulaCertScript.TheirsAsync(new(other.Path, Words(command)) { Input = other.Read(file) });

        we.Exit.ShouldBe(they.Exit, $"{we} against {they}");
        Comparable(we.Output).ShouldBe(Comparable(they.Output));
        Listing(folder.Path).ShouldBe(Listing(other.Path));
    }

    [Fact]
    public async Task Every_vector_prints_the_same_in_both_forms_and_in_any_zone()
    {
        using TemporaryFolder folder = new();
        string[] readable = [.. VectorTests.Readable().Select(row => row.Data)];
        var all = folder.Write("all.crt", string.Concat(readable.Select(name => Vector.Text(name + ".crt") + "\n")));
        foreach (var (zone, json) in new[] { ("UTC", true), ("Asia/Tokyo", true), ("America/St_Johns", false) })
        {
            string[] command = ["print", $"-json={json}", "-path", all];
            var we = await NebulaCertScript.OursAsync(new(folder.Path, command) { Zone = zone });
            var they = await NebulaCertScript.TheirsAsync(new(folder.Path, command) { Zone = zone });

            they.Exit.ShouldBe(0);
            we.Output.ShouldBe(they.Output);
        }
    }

    [Fact]
    public async Task Each_opens_the_keys_the_other_encrypted()
    {
        using TemporaryFolder folder = new();
        (string, Run, Run)[] ways = [("ours", Ours, Theirs), ("theirs", Theirs, Ours)];
        foreach (var (name, make, use) in ways)
        {
            string[] paths = ["-ca-crt", $"{name}.crt", "-ca-key", $"{name}.key"];
            string[] files = ["-out-crt", $"{name}.crt", "-out-key", $"{name}.key"];

            var made = await make(["ca", "-name", name, "-encrypt", "-argon-memory", "4096", .. files], "secret");
            var wrong = await use(["sign", "-name", name + 1, "-networks", "10.1.0.1/16", .. paths], "guess");
            var none = await use(["sign", "-name", name + 1, "-networks", "10.1.0.1/16", .. paths], "");
            var right = await use(["sign", "-name", name + 1, "-networks", "10.1.0.1/16", .. paths], "secret");

            (made.Exit, wrong.Exit, none.Exit, right.Exit).ShouldBe((0, 1, 1, 0), $"{made} {right}");
        }

        Task<RealProgram.Answer> Ours(string[] words, string passphrase) =>
            NebulaCertScript.OursAsync(new(folder.Path, words) { Passphrase = passphrase });

        Task<RealProgram.Answer> Theirs(string[] words, string passphrase) =>
            NebulaCertScript.TheirsAsync(new(folder.Path, words) { Passphrase = passphrase });
    }

    private delegate Task<RealProgram.Answer> Run(string[] words, string passphrase);

    private static TemporaryFolder Folder()
    {
        TemporaryFolder folder = new();
        foreach (
            var (name, vector) in new[]
            {
                ("ca", "ca/v2-25519"),
                ("limited", "ca/v2-25519-limited"),
                ("p256", "ca/v1-p256"),
            }
        )
        {
            folder.Write($"{name}.crt", Vector.Text($"{vector}.crt"));
            folder.Write($"{name}.key", Vector.Text($"{vector}.key"));
        }

        folder.Write("behind.crt", Vector.Text("ca/v2-25519.crt") + "something behind it");
        folder.Write("k.pub", Vector.Text("keys/x25519.pub"));
        folder.Write("k.key", Vector.Text("keys/x25519.key"));
        folder.Write("p.pub", Vector.Text("keys/p256.pub"));
        return folder;
    }

    private static string[] Words(string command) =>
        [.. Word().Matches(command).Select(m => m.Value.Replace("\"", "", StringComparison.Ordinal))];

    /// <summary>Name, mode and kind of content of every file.</summary>
    private static IEnumerable<string> Listing(string folder) =>
        Directory
            .GetFiles(folder)
            .Order(StringComparer.Ordinal)
            .Select(file => $"{Path.GetFileName(file)} {File.GetUnixFileMode(file)} {Labels(File.ReadAllText(file))}");

    private static string Labels(string text) => string.Join(", ", Label().Matches(text).Select(m => m.Value));

    /// <summary>An output without what is random or passes by: keys, signatures, and times but for the life between them.</summary>
    private static string Comparable(string output)
    {
        if (output.Length == 0 || output[0] is not ('[' or '{'))
        {
            return Labels(output);
        }

        var json = JsonNode.Parse(output)!;
        foreach (var certificate in json as JsonArray ?? [json.DeepClone()])
        {
            var details = certificate!["details"]!;
            var begin = Time(details["notBefore"]!);
            var life = Time(details["notAfter"]!) - begin;
            if (life < TimeSpan.FromDays(10_000))
            {
                details["notAfter"] = Math.Round(life.TotalMinutes).ToString(CultureInfo.InvariantCulture);
            }

            details["notBefore"] = "";
        }

        // ECDSA signatures vary in length.
        return Hex().Replace(json.ToJsonString(), m => m.Length > 130 ? "ecdsa" : $"hex {m.Length}");
    }

    private static DateTimeOffset Time(JsonNode node) => node.GetValue<DateTimeOffset>();

    [GeneratedRegex("\"[^\"]*\"|\\S+")]
    private static partial Regex Word();

    [GeneratedRegex("BEGIN [A-Z0-9 ]+")]
    private static partial Regex Label();

    [GeneratedRegex("[0-9a-f]{64,}")]
    private static partial Regex Hex();
}
