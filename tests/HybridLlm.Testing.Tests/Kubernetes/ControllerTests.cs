using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using HybridLlm.Testing.Kubernetes.Nodes;
using HybridLlm.Testing.Simulation;
using k8s;
using k8s.Models;

namespace HybridLlm.Testing.Tests.Kubernetes;

public sealed class ControllerTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_deleted_namespace_takes_its_content_with_it()
    {
        using VirtualClock clock = new(TimeProvider.System.GetUtcNow(), speed: 100);
        await using var cluster = await TestCluster.StartAsync(o => o.Time = clock);
        var before = cluster.Cluster.Listing();
        await cluster.Client.CreateNamespaceAsync(
            new V1Namespace { Metadata = new V1ObjectMeta { Name = "ns" } },
            cancellationToken: Stop
        );
        await cluster.Client.CreateNamespacedConfigMapAsync(CrudTests.Map("a", "1"), "ns", cancellationToken: Stop);

        var deleted = await cluster.Client.DeleteNamespaceAsync("ns", cancellationToken: Stop);
        deleted.Status.ShouldNotBe("Success");
        // A real controller manager goes on making accounts and authorities in the other namespaces.
        await Eventually.TrueAsync(() =>
            RealKubernetes.Binaries is null
                ? cluster.Cluster.Listing().SequenceEqual(before)
                : !cluster
                    .Cluster.Listing()
                    .Keys.Any(k => k == "v1 Namespace ns" || k.Contains(" ns/", StringComparison.Ordinal))
        );
    }

    [Fact]
    public async Task What_loses_its_owner_is_collected()
    {
        await using var cluster = await TestCluster.StartAsync();
        var owner = await cluster.Client.CreateNamespacedConfigMapAsync(
            CrudTests.Map("owner", "1"),
            "default",
            cancellationToken: Stop
        );
        var owned = CrudTests.Map("owned", "1");
        owned.Metadata.OwnerReferences =
        [
            new V1OwnerReference
            {
                ApiVersion = "v1",
                Kind = "ConfigMap",
                Name = "owner",
                Uid = owner.Metadata.Uid,
            },
        ];
        await cluster.Client.CreateNamespacedConfigMapAsync(owned, "default", cancellationToken: Stop);

        await cluster.Client.DeleteNamespacedConfigMapAsync("owner", "default", cancellationToken: Stop);

        await Eventually.TrueAsync(async () =>
            (await cluster.Client.ListNamespacedConfigMapAsync("default", cancellationToken: Stop)).Items.All(m =>
                m.Metadata.Name != "owned"
            )
        );
    }

    [Fact]
    public async Task An_approved_request_is_signed_and_its_certificate_is_taken()
    {
        await using var cluster = await TestCluster.StartAsync();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest wanted = new("O=team, CN=alice", key, HashAlgorithmName.SHA256);
        var request = await cluster.Client.CreateCertificateSigningRequestAsync(
            new V1CertificateSigningRequest
            {
                Metadata = new V1ObjectMeta { Name = "alice" },
                Spec = new V1CertificateSigningRequestSpec
                {
                    Request = Encoding.ASCII.GetBytes(wanted.CreateSigningRequestPem()),
                    SignerName = "kubernetes.io/kube-apiserver-client",
                    Usages = ["client auth"],
                },
            },
            cancellationToken: Stop
        );

        request.Status = new V1CertificateSigningRequestStatus
        {
            Conditions = [new V1CertificateSigningRequestCondition { Type = "Approved", Status = "True" }],
        };
        await cluster.Client.ReplaceCertificateSigningRequestApprovalAsync(request, "alice", cancellationToken: Stop);
        byte[]? signed = null;
        await Eventually.TrueAsync(async () =>
        {
            var read = await cluster.Client.ReadCertificateSigningRequestAsync("alice", cancellationToken: Stop);
            signed = read.Status?.Certificate;
            return signed is not null;
        });

        using var certificate = X509Certificate2.CreateFromPem(Encoding.ASCII.GetString(signed!));
        certificate.Subject.ShouldBe("O=team, CN=alice");
    }

    [Fact]
    public async Task A_deployment_runs_its_pods_on_a_node_that_has_what_they_need()
    {
        await using var cluster = await TestCluster.StartAsync(o =>
        {
            o.PodStartTime = TimeSpan.Zero;
            o.Nodes = [new EmulatedNode { Name = "plain" }, new EmulatedNode { Name = "gpu", Gpus = 1 }];
        });

        await cluster.Client.CreateNamespacedDeploymentAsync(Gpu(), "default", cancellationToken: Stop);
        await Eventually.TrueAsync(async () =>
            (await cluster.Client.ReadNamespacedDeploymentAsync("d", "default", cancellationToken: Stop))
                .Status
                .ReadyReplicas == 1
        );

        var pods = await cluster.Client.ListNamespacedPodAsync(
            "default",
            fieldSelector: "spec.nodeName=gpu",
            cancellationToken: Stop
        );
        pods.Items.Single().Status.PodIP.ShouldStartWith("10.42.");
    }

    [Fact]
    public async Task A_pod_is_run_by_the_given_runtime_until_it_is_deleted()
    {
        Runtime runtime = new();
        await using var cluster = await TestCluster.StartAsync(o =>
        {
            o.PodStartTime = TimeSpan.Zero;
            o.Nodes = [new EmulatedNode { Name = "gpu", Gpus = 1 }];
            o.Pods = runtime;
        });
        await cluster.Client.CreateNamespacedDeploymentAsync(Gpu(), "default", cancellationToken: Stop);

        var pod = await runtime.Started.Task.WaitAsync(Stop);
        pod.ReportReady();
        await Eventually.TrueAsync(async () =>
            (await cluster.Client.ReadNamespacedPodStatusAsync(pod.Name, "default", cancellationToken: Stop))
                .Status
                .Phase == "Running"
        );
        await cluster.Client.DeleteNamespacedDeploymentAsync("d", "default", cancellationToken: Stop);

        await runtime.Stopped.Task.WaitAsync(Stop);
        await Eventually.TrueAsync(async () =>
            (await cluster.Client.ListNamespacedPodAsync("default", cancellationToken: Stop)).Items.Count == 0
        );
    }

    private static V1Deployment Gpu()
    {
        Dictionary<string, string> labels = new() { ["app"] = "d" };
        return new V1Deployment
        {
            Metadata = new V1ObjectMeta { Name = "d" },
            Spec = new V1DeploymentSpec
            {
                Selector = new V1LabelSelector { MatchLabels = labels },
                Template = new V1PodTemplateSpec
                {
                    Metadata = new V1ObjectMeta { Labels = labels },
                    Spec = new V1PodSpec
                    {
                        Containers =
                        [
                            new V1Container
                            {
                                Name = "c",
                                Image = "ollama/ollama:0.1",
                                Resources = new V1ResourceRequirements
                                {
                                    Limits = new Dictionary<string, ResourceQuantity>
                                    {
                                        ["nvidia.com/gpu"] = new ResourceQuantity("1"),
                                    },
                                },
                            },
                        ],
                    },
                },
            },
        };
    }

    private sealed class Runtime : IPodRuntime
    {
        public TaskCompletionSource<PodSandbox> Started { get; } =
            new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Stopped { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task RunAsync(PodSandbox pod, CancellationToken stopped)
        {
            Started.SetResult(pod);
            try
            {
                await Task.Delay(Timeout.InfiniteTimeSpan, stopped);
            }
            finally
            {
                Stopped.SetResult();
            }
        }
    }
}
