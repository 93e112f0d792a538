using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using HybridLlm.AwsGpu.Bootstrap;

namespace HybridLlm.AwsGpu.Tests.Bootstrap;

public sealed class K3sAuthoritiesTests : IDisposable
{
    private readonly K3sAuthorities _authorities = K3sAuthorities.Create(Wakes.Launch, Wakes.Launch.AddHours(12));

    [Fact]
    public void All_eleven_files_k3s_asks_for_are_there() =>
        _authorities
            .Files.Select(f => f.Path["/var/lib/rancher/k3s/server/tls/".Length..])
            .ShouldBe(
                [
                    "server-ca.crt",
                    "server-ca.key",
                    "client-ca.crt",
                    "client-ca.key",
                    "request-header-ca.crt",
                    "request-header-ca.key",
                    "etcd/peer-ca.crt",
                    "etcd/peer-ca.key",
                    "etcd/server-ca.crt",
                    "etcd/server-ca.key",
                    "service.key",
                ],
                ignoreOrder: true
            );

    [Fact]
    public void Each_authority_has_its_own_key_and_can_sign()
    {
        foreach (var file in _authorities.Files.Where(f => f.Path.EndsWith(".crt", StringComparison.Ordinal)))
        {
            var key = _authorities.Files.Single(f => f.Path == Path.ChangeExtension(file.Path, ".key"));
            using var pair = X509Certificate2.CreateFromPem(Text(file), Text(key));
            var constraints = pair.Extensions.OfType<X509BasicConstraintsExtension>().Single();
            (constraints.CertificateAuthority && constraints.Critical).ShouldBeTrue();
            pair.Extensions.OfType<X509SubjectKeyIdentifierExtension>().ShouldHaveSingleItem();
            pair.NotAfter.ToUniversalTime().ShouldBe(Wakes.Launch.AddHours(12).UtcDateTime);
        }
    }

    [Fact]
    public async Task Openssl_accepts_the_admins_certificate_under_the_client_authority()
    {
        using ScratchFolder folder = new();
        var kubeconfig = _authorities.CreateAdminKubeconfig(new Uri("https://10.201.3.1:6443"), "controller");
        var encoded = kubeconfig.Split("client-certificate-data: ")[1].Split('\n')[0];
        var certificate = folder.Write("admin.crt", Encoding.ASCII.GetString(Convert.FromBase64String(encoded)));
        var authority = folder.Write(
            "ca.crt",
            Text(_authorities.Files.Single(f => f.Path.EndsWith("/client-ca.crt", StringComparison.Ordinal)))
        );
        var at = Wakes.Launch.AddMinutes(1).ToUnixTimeSeconds().ToString(null as IFormatProvider);

        var openssl = RealTools.RequireOnPath("openssl");
        await Command.RunAsync(
            openssl,
            "verify",
            "-x509_strict",
            "-purpose",
            "sslclient",
            "-attime",
            at,
            "-CAfile",
            authority,
            certificate
        );
        (await Command.RunAsync(openssl, "x509", "-in", certificate, "-noout", "-subject")).ShouldContain(
            "O = system:masters"
        );
    }

    [Fact]
    public void The_servers_configuration_matches_golden()
    {
        K3sServer server = new()
        {
            NodeName = "gpu-lab-7",
            MeshAddress = IPAddress.Parse("10.201.3.1"),
            PodRange = "10.203.0.0/16",
            ServiceRange = "10.204.0.0/16",
            DnsAddress = IPAddress.Parse("10.204.0.10"),
            Labels = new Dictionary<string, string> { ["node-type"] = "gpu", ["hybridllm.dev/wake"] = "lab-7" },
        };
        var files = server.Files(_authorities);

        server.ApiServer.ShouldBe(new Uri("https://10.201.3.1:6443"));
        Golden.Match("k3s-config.yaml", Text(files.Single(f => f.Path == "/etc/rancher/k3s/config.yaml")));
        Golden.Match("k3s.service", Text(files.Single(f => f.Path == "/etc/systemd/system/k3s.service")));
        Text(files.Single(f => f.Path == "/etc/rancher/k3s/token")).Trim().Length.ShouldBe(64);
    }

    [Fact]
    public void They_never_print_a_key()
    {
        _authorities.ToString().ShouldNotContain(_authorities.Token);
        _authorities.ToString().ShouldBe("k3s authorities until 2026-11-24 06:00:00Z");
    }

    public void Dispose() => _authorities.Dispose();

    private static string Text(NodeFile file) => Encoding.UTF8.GetString(file.Content);
}
