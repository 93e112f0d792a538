using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.InPod;
using k8s;
using k8s.Models;

namespace HybridLlm.Liqo.Tests.Wire;

/// <summary>A connection from inside a pod, in a process that has what a pod has.</summary>
public sealed class InClusterTests
{
    private const string Account = "system:serviceaccount:gpu:gateway";

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_pod_reads_its_cluster_s_id_with_its_service_account_and_takes_up_a_new_token()
    {
        RealKubernetes.RequireEmulated("it gives out tokens");
        await using var two = await Federation.StartAsync();
        await AllowAsync(two.Home);
        using ScratchFolder mounted = new();
        mounted.Write("namespace", "gpu");
        mounted.Write("ca.crt", two.Home.Cluster.Authorities.ServerAuthorityPem);
        mounted.Write("token", Token(two.Home));
        var asked = two.Home.Cluster.Calls.Count;

        using var pod = await IsolatedPod.StartAsync(
            mounted.Path,
            two.Home.Cluster.Server,
            typeof(Program).Assembly.Location
        );
        (await pod.AskAsync()).ShouldBe("homelab");
        two.Home.Cluster.Calls.Skip(asked).ShouldContain(c => c.User == Account && c.Resource == "configmaps");

        mounted.Write("token", "one that has ended");
        (await pod.AskAsync()).ShouldBe(nameof(KubernetesErrorKind.Unauthenticated));

        mounted.Write("token", $"{Token(two.Home)}\n");
        (await pod.AskAsync()).ShouldBe("homelab");
    }

    [Fact]
    public async Task A_pod_whose_authorities_cannot_be_read_is_told_so()
    {
        using ScratchFolder mounted = new();
        mounted.Write("ca.crt", "no certificate");
        mounted.Write("token", "secret-of-the-pod");

        using var pod = await IsolatedPod.StartAsync(
            mounted.Path,
            new Uri("https://127.0.0.1:6443"),
            typeof(Program).Assembly.Location
        );

        var said = (await pod.AskAsync()).ShouldNotBeNull();
        said.ShouldContain("ca.crt");
        said.ShouldNotContain("secret-of-the-pod");
    }

    /// <summary>A role as a pod of one's own is given.</summary>
    private static Task AllowAsync(Member home) =>
        Grant.ToAsync(
            home.Admin,
            new Rbacv1Subject
            {
                Kind = "ServiceAccount",
                Name = "gateway",
                NamespaceProperty = "gpu",
            },
            LiqoCluster.DefaultNamespace,
            "configmaps",
            "get",
            "list"
        );

    /// <summary>A new token of the service account, as the kubelet asks for one.</summary>
    private static string Token(Member home) =>
        KubernetesYaml
            .Deserialize<k8s.KubeConfigModels.K8SConfiguration>(home.Cluster.CreateTokenKubeconfig(Account))
            .Users.Single()
            .UserCredentials.Token;
}
