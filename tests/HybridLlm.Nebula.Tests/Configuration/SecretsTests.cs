using HybridLlm.Nebula.Configuration;
using HybridLlm.Nebula.Keys;

namespace HybridLlm.Nebula.Tests.Configuration;

public sealed class SecretsTests
{
    [Fact]
    public void An_inlined_key_is_written_but_never_shown()
    {
        var pem = HostKeyPair.Generate().ExportPem();
        NebulaConfig config = new()
        {
            Pki = new PkiConfig { Ca = "/ca.crt", Key = pem },
            Sshd = new SshdConfig { HostKey = pem },
        };
        var secret = pem.Split('\n')[1];

        config.ToString().ShouldNotContain(secret);
        config.ToString().ShouldContain("ca: /ca.crt");
        NebulaConfigReader.Read(NebulaConfigWriter.Write(config)).Config.Pki.Key.ShouldBe(pem);
    }
}
