using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Tests.Identities;

namespace HybridLlm.Liqo.Tests.Clusters;

public sealed class KubeconfigTests
{
    private const string Complete = """
        apiVersion: v1
        kind: Config
        current-context: home
        clusters:
        - name: home
          cluster: {server: "https://127.0.0.1:6443"}
        contexts:
        - name: home
          context: {cluster: home, user: admin}
        - name: nowhere
          context: {cluster: gone, user: nobody}
        users:
        - name: admin
          user: {token: s3cr3t-token}
        """;

    [Fact]
    public void A_complete_kubeconfig_connects_and_asks_nothing()
    {
        using var connection = ClusterConnection.FromKubeconfig(Complete);

        connection.Server.ShouldBe(new Uri("https://127.0.0.1:6443"));
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("}{ s3cr3t-token", "not YAML")]
    [InlineData("apiVersion: v1\nkind: Config", "no current-context")]
    [InlineData("current-context: away", "no context 'away'")]
    public void What_is_no_kubeconfig_is_refused_with_the_reason(string text, string reason)
    {
        var refusal = Should.Throw<KubeconfigException>(() => ClusterConnection.FromKubeconfig(text));

        refusal.Message.ShouldContain(reason);
        refusal.Remedy.ShouldNotBeEmpty();
        refusal.Message.ShouldNotContain("s3cr3t");
    }

    [Fact]
    public void Every_fault_of_a_context_is_named_at_once()
    {
        var broken = Complete.Replace("current-context: home", "current-context: nowhere", StringComparison.Ordinal);

        Should
            .Throw<KubeconfigException>(() => ClusterConnection.FromKubeconfig(broken))
            .Message.ShouldSatisfyAllConditions(
                m => m.ShouldContain("cluster 'gone'"),
                m => m.ShouldContain("user 'nobody'")
            );
    }

    [Fact]
    public void A_server_that_is_no_URL_is_named() =>
        Should
            .Throw<KubeconfigException>(() =>
                ClusterConnection.FromKubeconfig(
                    Complete.Replace("https://127.0.0.1:6443", "home, upstairs", StringComparison.Ordinal)
                )
            )
            .Message.ShouldContain("home, upstairs");

    [Fact]
    public void Data_that_are_not_base64_are_refused_without_repeating_them()
    {
        var broken = Complete.Replace(
            "token: s3cr3t-token",
            "client-certificate-data: s3cr3t!, client-key-data: s3cr3t!",
            StringComparison.Ordinal
        );

        var refusal = Should.Throw<KubeconfigException>(() => ClusterConnection.FromKubeconfig(broken));

        refusal.Remedy.ShouldContain("base64");
        refusal.ToString().ShouldNotContain("s3cr3t");
    }

    [Fact]
    public void A_user_with_an_Ed25519_key_is_refused_with_the_way_out()
    {
        var key = Convert.ToBase64String(IdentityVectors.Read("ed25519-key.pem"));
        var user = Complete.Replace(
            "token: s3cr3t-token",
            $"client-certificate-data: {key}, client-key-data: {key}",
            StringComparison.Ordinal
        );

        Should
            .Throw<KubeconfigException>(() => ClusterConnection.FromKubeconfig(user))
            .Remedy.ShouldContain("RSA or ECDSA");
    }

    [Fact]
    public void A_file_that_is_not_there_is_named() =>
        Should
            .Throw<KubeconfigException>(() => ClusterConnection.FromKubeconfigFile("/nowhere/kubeconfig"))
            .Message.ShouldContain("/nowhere/kubeconfig");

    [Fact]
    public void Outside_a_pod_there_is_no_cluster_to_be_in() =>
        Should.Throw<KubeconfigException>(() => ClusterConnection.InCluster()).Remedy.ShouldContain("kubeconfig");
}
