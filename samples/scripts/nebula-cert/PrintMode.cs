using System.Text;
using HybridLlm.Nebula.Certificates;

namespace NebulaCert;

/// <summary><c>print</c>: every certificate of a file as JSON.</summary>
internal static class PrintMode
{
    public static readonly Mode Mode = new(
        "print",
        "prints details about a certificate",
        [
            new("path", "Required: path to the certificate"),
            new("json", "Optional: outputs certificates in json format", Kind: FlagKind.Switch),
            new("out-qr", "Not supported"),
        ],
        RunAsync
    );

    private static async Task<int> RunAsync(Options options)
    {
        Values.NoQrCode(options);
        var certificates = NebulaCertificate.ParseBundle(await Files.ReadAsync(options.Required("path")));
        if (options.Switch("json"))
        {
            Console.WriteLine(CertificateJson.Write(certificates, TimeZoneInfo.Local));
            return 0;
        }

        foreach (var certificate in certificates)
        {
            Console.WriteLine(Indent(CertificateJson.Write([certificate], TimeZoneInfo.Local)[1..^1]));
        }

        return 0;
    }

    /// <summary>Lays compact JSON out as Go does: a tab a level, nothing inside what is empty.</summary>
    private static string Indent(string json)
    {
        StringBuilder text = new();
        var (level, isText) = (0, false);
        for (var i = 0; i < json.Length; i++)
        {
            var c = json[i];
            if (isText || c == '"')
            {
                text.Append(c);
                isText = c == '"' ? !isText : isText;
                if (c == '\\')
                {
                    text.Append(json[++i]);
                }

                continue;
            }

            switch (c)
            {
                case '[' when json[i + 1] == ']':
                    text.Append("[]");
                    i++;
                    break;
                case '{' or '[':
                    text.Append(c).Append(Line(++level));
                    break;
                case '}' or ']':
                    text.Append(Line(--level)).Append(c);
                    break;
                case ',':
                    text.Append(c).Append(Line(level));
                    break;
                case ':':
                    text.Append(": ");
                    break;
                default:
                    text.Append(c);
                    break;
            }
        }

        return text.ToString();
    }

    private static string Line(int level) => "\n" + new string('\t', level);
}
