using HybridLlm.Nebula.Certificates;

namespace HybridLlm.Nebula.Configuration.Rules;

/// <summary>Rules of <c>pki</c> that need no files.</summary>
internal static class PkiRules
{
    public static void Check(NebulaConfig config, ConfigFindings findings)
    {
        var pki = config.Pki;
        foreach (var (key, value) in new[] { ("ca", pki.Ca), ("cert", pki.Certificate), ("key", pki.Key) })
        {
            if (string.IsNullOrEmpty(value))
            {
                findings.Error(
                    $"pki.{key}",
                    "config-pki-missing",
                    $"pki.{key} is missing; nebula does not start.",
                    "Give a path or the PEM text itself."
                );
            }
        }

        for (var i = 0; i < pki.Blocklist.Count; i++)
        {
            CheckBlocked($"pki.blocklist[{i}]", pki.Blocklist[i], findings);
        }
    }

    private static void CheckBlocked(string path, string entry, ConfigFindings findings)
    {
        if (!CertificateBlocklist.IsFingerprint(entry))
        {
            findings.Error(
                path,
                "blocklist-entry",
                $"'{entry}' is no certificate fingerprint and blocks nothing.",
                "Give 64 hexadecimal digits, as nebula-cert print shows them."
            );
        }
        else if (!CertificateBlocklist.IsEffective(entry))
        {
            findings.Error(
                path,
                "blocklist-case",
                $"'{entry}' is in capitals; nebula compares text, so it blocks nothing.",
                "Write it in lower case."
            );
        }
    }
}
