using System.Net;
using System.Text;
using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.Testing.Kubernetes;
using k8s;
using k8s.Autorest;
using k8s.Models;

namespace HybridLlm.Testing.Tests.Kubernetes;

public sealed class AccessTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_user_without_roles_is_refused_in_the_servers_words()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var alice = TestCluster.Connect(cluster.Cluster.CreateTokenKubeconfig("alice"));

        var refused = await TrapTests.FailAsync(alice.ListNamespacedSecretAsync("default", cancellationToken: Stop));

        refused.Code.ShouldBe(403);
        refused.Message.ShouldBe(
            "secrets is forbidden: User \"alice\" cannot list resource \"secrets\" in API group \"\" in the namespace \"default\""
        );
    }

    [Fact]
    public async Task A_role_grants_what_it_names_and_a_review_says_so()
    {
        await using var cluster = await TestCluster.StartAsync();
        await cluster.Client.CreateNamespacedRoleAsync(
            new V1Role
            {
                Metadata = new V1ObjectMeta { Name = "reader" },
                Rules =
                [
                    new V1PolicyRule
                    {
                        ApiGroups = [""],
                        Resources = ["secrets"],
                        Verbs = ["get", "list"],
                    },
                ],
            },
            "default",
            cancellationToken: Stop
        );
        await cluster.Client.CreateNamespacedRoleBindingAsync(
            new V1RoleBinding
            {
                Metadata = new V1ObjectMeta { Name = "reader" },
                RoleRef = new V1RoleRef
                {
                    ApiGroup = "rbac.authorization.k8s.io",
                    Kind = "Role",
                    Name = "reader",
                },
                Subjects =
                [
                    new Rbacv1Subject
                    {
                        Kind = "Group",
                        Name = "team",
                        ApiGroup = "rbac.authorization.k8s.io",
                    },
                ],
            },
            "default",
            cancellationToken: Stop
        );
        using var alice = TestCluster.Connect(cluster.Cluster.CreateKubeconfig("alice", "team"));

        (await alice.ListNamespacedSecretAsync("default", cancellationToken: Stop)).Items.ShouldBeEmpty();
        (await MayAsync(alice, "list", "secrets")).ShouldBeTrue();
        (await MayAsync(alice, "delete", "secrets")).ShouldBeFalse();
        await TrapTests.FailAsync(alice.ListNamespacedSecretAsync("kube-system", cancellationToken: Stop));
    }

    [Fact]
    public async Task A_certificate_of_another_cluster_is_not_taken()
    {
        await using var cluster = await TestCluster.StartAsync();
        await using var other = await TestCluster.StartAsync();
        var config = KubernetesClientConfiguration.BuildConfigFromConfigFile(
            new MemoryStream(Encoding.UTF8.GetBytes(cluster.Cluster.AdminKubeconfig))
        );
        var foreign = KubernetesClientConfiguration.BuildConfigFromConfigFile(
            new MemoryStream(Encoding.UTF8.GetBytes(other.Cluster.AdminKubeconfig))
        );
        config.ClientCertificateData = foreign.ClientCertificateData;
        config.ClientCertificateKeyData = foreign.ClientCertificateKeyData;
        using k8s.Kubernetes client = new(config);

        var refused = await Should.ThrowAsync<HttpOperationException>(
            client.ListNamespaceAsync(cancellationToken: Stop)
        );

        refused.Response.StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
    }

    [Fact]
    public async Task A_server_with_the_authorities_of_a_k3s_takes_the_kubeconfig_made_before_it_existed()
    {
        var now = TimeProvider.System.GetUtcNow();
        using var k3s = K3sAuthorities.Create(now, now + TimeSpan.FromHours(2));
        string File(string name) =>
            Encoding.ASCII.GetString(
                k3s.Files.Single(f => f.Path.EndsWith("/tls/" + name, StringComparison.Ordinal)).Content
            );
        using var authorities = ClusterAuthorities.FromPem(
            File("server-ca.crt"),
            File("server-ca.key"),
            File("client-ca.crt"),
            File("client-ca.key")
        );

        await using var cluster = await TestCluster.StartAsync(o => o.Authorities = authorities);
        using var client = TestCluster.Connect(k3s.CreateAdminKubeconfig(cluster.Cluster.Server, "homelab"));

        (await client.ListNamespaceAsync(cancellationToken: Stop)).Items.ShouldNotBeEmpty();
        cluster.Cluster.Calls[^1].User.ShouldBe("homelab");
    }

    private static async Task<bool> MayAsync(k8s.Kubernetes client, string verb, string resource)
    {
        var review = await client.CreateSelfSubjectAccessReviewAsync(
            new V1SelfSubjectAccessReview
            {
                Spec = new V1SelfSubjectAccessReviewSpec
                {
                    ResourceAttributes = new V1ResourceAttributes
                    {
                        NamespaceProperty = "default",
                        Verb = verb,
                        Resource = resource,
                    },
                },
            },
            cancellationToken: Stop
        );
        return review.Status.Allowed;
    }
}
