using System.Net;
using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.Liqo.Clusters;
using HybridLlm.Liqo.Offloading;
using HybridLlm.Liqo.Peering;
using HybridLlm.Testing.Meshes;
using HybridLlm.Testing.Nodes;
using HybridLlm.Testing.Tests.Kubernetes;
using k8s;
using k8s.Models;

namespace HybridLlm.Testing.Tests.Nodes;

/// <summary>A GPU node that was given Liqo: its Kubernetes answers in the mesh, and pods of the homelab run on it.</summary>
public sealed class FederatedNodeTests
{
    private const string Space = "llm-inference";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_deployment_at_home_becomes_an_ollama_in_the_mesh_and_dies_with_the_instance()
    {
        await using var lab = await FederatedLab.StartAsync();
        using var toHome = lab.ConnectToHome();
        using var toNode = lab.ConnectToNode();
        using var home = TestCluster.Connect(await File.ReadAllTextAsync(lab.World.HomelabKubeconfig, Token));
        await FederateAsync(toHome, toNode, home);

        await home.CreateNamespacedDeploymentAsync(
            KubernetesYaml.Deserialize<V1Deployment>(Manifest(lab.Mesh.Gpu.Address)),
            Space,
            cancellationToken: Token
        );
        await Eventually.TrueAsync(async () => await ReadyAsync(home) == 1);

        (await lab.AskAsync(lab.Mesh.Gpu.Address, "/api/tags")).ShouldContain($"\"{FederatedTree.Model}\"");
        var pod = (await home.ListNamespacedPodAsync(Space, cancellationToken: Token)).Items.Single();
        pod.Spec.NodeName.ShouldBe(FederatedTree.ClusterId);
        (await lab.AskAsync(IPAddress.Parse(pod.Status.PodIP), "/api/version")).ShouldContain("version");

        await lab.World.Cloud.InterruptAsync(lab.InstanceId, withNotice: false);

        await Eventually.TrueAsync(() => lab.World.Mesh.Peers.Count == 1);
        await Should.ThrowAsync<ClusterUnreachableException>(() =>
            LiqoCluster.ConnectAsync(toNode, cancellationToken: Token)
        );
        await Should.ThrowAsync<HttpRequestException>(() => lab.AskAsync(lab.Mesh.Gpu.Address, "/api/version"));
        await Eventually.TrueAsync(async () => await ReadyAsync(home) == 0);
    }

    [Fact]
    public async Task Ollama_ends_with_its_pod_and_the_node_lives_on()
    {
        await using var lab = await FederatedLab.StartAsync();
        using var toHome = lab.ConnectToHome();
        using var toNode = lab.ConnectToNode();
        using var home = TestCluster.Connect(await File.ReadAllTextAsync(lab.World.HomelabKubeconfig, Token));
        await FederateAsync(toHome, toNode, home);
        await home.CreateNamespacedDeploymentAsync(
            KubernetesYaml.Deserialize<V1Deployment>(Manifest(lab.Mesh.Gpu.Address)),
            Space,
            cancellationToken: Token
        );
        await Eventually.TrueAsync(async () => await ReadyAsync(home) == 1);

        await home.DeleteNamespacedDeploymentAsync("ollama", Space, cancellationToken: Token);

        await Eventually.TrueAsync(() => lab.Mesh.Gpu.ServerAt(new IPEndPoint(lab.Mesh.Gpu.Address, 11434)) is null);
        (await LiqoCluster.ConnectAsync(toNode, cancellationToken: Token)).Id.ShouldBe(FederatedTree.ClusterId);
    }

    [Fact]
    public async Task A_pod_that_cannot_answer_fails_with_the_reason()
    {
        await using var lab = await FederatedLab.StartAsync();
        using var toHome = lab.ConnectToHome();
        using var toNode = lab.ConnectToNode();
        using var home = TestCluster.Connect(await File.ReadAllTextAsync(lab.World.HomelabKubeconfig, Token));
        await FederateAsync(toHome, toNode, home);

        await home.CreateNamespacedDeploymentAsync(
            KubernetesYaml.Deserialize<V1Deployment>(
                Manifest(lab.Mesh.Gpu.Address).Replace("0.0.0-emulated", "latest", StringComparison.Ordinal)
            ),
            Space,
            cancellationToken: Token
        );

        var failed = "";
        await Eventually.TrueAsync(async () =>
        {
            var pods = await home.ListNamespacedPodAsync(Space, cancellationToken: Token);
            failed = pods
                .Items.Where(p => p.Status.Phase == "Failed")
                .Select(p => p.Status.ContainerStatuses.Single().State.Terminated.Message)
                .FirstOrDefault();
            return failed is not null;
        });
        failed.ShouldContain("image docker.io/ollama/ollama:latest is not among the node's images");
    }

    [Theory]
    [InlineData(FederatedTree.Liqo, "clusterID: \"aws-gpu-1\"", "clusterID: \"AWS\"", "'AWS' is no cluster id")]
    [InlineData(FederatedTree.Liqo, ":6443", ":443", "it is at https://10.201")]
    [InlineData(FederatedTree.Liqo, "enabled: false", "enabled: true", "its own network is on")]
    [InlineData(FederatedTree.Liqo, "10.42.0.0/16", "10.52.0.0/16", "ipam.podCIDRs lacks k3s's 10.42.0.0/16")]
    [InlineData(FederatedTree.Liqo, "10.43.0.0/16", "10.53.0.0/16", "ipam.serviceCIDR is not k3s's 10.43.0.0/16")]
    [InlineData(
        FederatedTree.Liqo,
        "charts/liqo.tgz",
        "charts/other.tgz",
        "charts/other.tgz is no chart: it is missing"
    )]
    [InlineData(FederatedTree.Liqo, "https://%", "https://charts.example/%", "not one that the API server serves")]
    [InlineData(FederatedTree.Liqo, "HelmChart", "HelmRelease", "has no HelmChart 'liqo' in kube-system")]
    [InlineData(
        FederatedTree.DevicePlugin,
        "0.0.0-emulated",
        "v1",
        "k8s-device-plugin:v1 is not among the node's images"
    )]
    [InlineData("/etc/rancher/k3s/config.yaml", "node-name:", "name:", "config.yaml has no node-name")]
    public async Task A_node_does_not_federate_by_faulty_files_and_says_why(
        string path,
        string from,
        string to,
        string reason
    )
    {
        var mesh = await LabMesh.CreateAsync(TimeProvider.System.GetUtcNow());
        var files = Files(mesh.Gpu.Address);
        FederatedTree.Write(files, path, files.ReadText(path)!.Replace(from, to, StringComparison.Ordinal));

        var refused = await Should.ThrowAsync<NodeBootException>(() => ServeAsync(files, mesh.Gpu));

        refused.Faults.ShouldContain(f => f.Contains(reason));
    }

    [Fact]
    public async Task All_faults_are_named_at_once()
    {
        var mesh = await LabMesh.CreateAsync(TimeProvider.System.GetUtcNow());
        var files = Files(mesh.Gpu.Address);
        foreach (var path in new[] { FederatedTree.Liqo, "/etc/rancher/k3s/config.yaml" })
        {
            FederatedTree.Write(files, path, "{}");
        }

        var refused = await Should.ThrowAsync<NodeBootException>(() => ServeAsync(files, mesh.Gpu));

        refused.Faults.Count.ShouldBe(11);
    }

    private static NodeFiles Files(IPAddress address)
    {
        var now = TimeProvider.System.GetUtcNow();
        using var authorities = K3sAuthorities.Create(now, now + TimeSpan.FromHours(1));
        return FederatedTree.Create(address, authorities);
    }

    private static Task ServeAsync(NodeFiles files, MeshPeer peer) =>
        new NodeEmulator(
            new EmulatedMesh(TimeProvider.System),
            new NodeEmulatorOptions { K3sTime = TimeSpan.Zero }
        ).ServeAsync(TimeProvider.System, files, peer, Token);

    private static async Task FederateAsync(ClusterConnection toHome, ClusterConnection toNode, k8s.Kubernetes home)
    {
        var consumer = await LiqoCluster.ConnectAsync(toHome, cancellationToken: Token);
        var provider = await LiqoCluster.WaitUntilReadyAsync(
            toNode,
            TimeSpan.FromMinutes(30),
            cancellationToken: Token
        );
        provider.Id.ShouldBe(FederatedTree.ClusterId);
        PeeringProvisioner peerings = new(consumer, provider);
        PeeringSpec peering = new()
        {
            Resources = new SliceResources
            {
                Cpu = "4",
                Memory = "16Gi",
                Gpus = 1,
            },
            Patience = TimeSpan.FromMinutes(30),
        };
        await peerings.ApplyAsync(await peerings.PlanAsync(peering, Token), cancellationToken: Token);
        await home.CreateNamespaceAsync(
            new V1Namespace { Metadata = new V1ObjectMeta { Name = Space } },
            cancellationToken: Token
        );
        NamespaceOffloader offloader = new(consumer);
        OffloadingSpec offloading = new()
        {
            Namespace = Space,
            Pods = PodPlacement.Remote,
            Patience = TimeSpan.FromMinutes(30),
        };
        await offloader.ApplyAsync(await offloader.PlanAsync(offloading, Token), cancellationToken: Token);
    }

    private static async Task<int> ReadyAsync(k8s.Kubernetes home) =>
        (await home.ReadNamespacedDeploymentAsync("ollama", Space, cancellationToken: Token)).Status.ReadyReplicas ?? 0;

    private static string Manifest(IPAddress node) =>
        $$"""
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: ollama
            spec:
              selector:
                matchLabels: {app: ollama}
              template:
                metadata:
                  labels: {app: ollama}
                spec:
                  nodeSelector:
                    liqo.io/remote-cluster-id: {{FederatedTree.ClusterId}}
                  containers:
                  - name: ollama
                    image: docker.io/ollama/ollama:0.0.0-emulated
                    imagePullPolicy: Never
                    env:
                    - {name: OLLAMA_HOST, value: "0.0.0.0:11434"}
                    - {name: OLLAMA_MODELS, value: /models}
                    ports:
                    - {containerPort: 11434, hostPort: 11434, hostIP: {{node}}}
                    resources:
                      limits: {nvidia.com/gpu: "1"}
                    volumeMounts:
                    - {name: models, mountPath: /models, readOnly: true}
                  volumes:
                  - name: models
                    hostPath: {path: /var/lib/hybridllm/models}
            """;
}
