using System.Net;
using HybridLlm.Testing.Nodes;

namespace HybridLlm.Testing.Tests.Nodes;

/// <summary>What a pod with a container <c>ollama</c> starts on a node, and what keeps it from answering.</summary>
public sealed class OllamaPodReaderTests
{
    private const string OnPodNetwork = """
        containers:
        - name: ollama
          image: docker.io/ollama/ollama:0.33.0
          imagePullPolicy: Never
          env:
          - {name: OLLAMA_HOST, value: "0.0.0.0:11434"}
          - {name: OLLAMA_MODELS, value: /models}
          - {name: OLLAMA_CONTEXT_LENGTH, value: "8192"}
          - {name: OLLAMA_NUM_PARALLEL, value: "2"}
          ports:
          - {containerPort: 11434, hostPort: 8080, hostIP: 10.201.128.1}
          resources:
            limits: {nvidia.com/gpu: "1"}
          volumeMounts:
          - {name: models, mountPath: /models}
        volumes:
        - name: models
          hostPath: {path: /var/lib/hybridllm/models}
        """;
    private const string OnNodeNetwork = """
        hostNetwork: true
        runtimeClassName: nvidia
        containers:
        - name: ollama
          image: ollama/ollama:0.33.0
          env:
          - {name: OLLAMA_HOST, value: "10.201.128.1:11500"}
          - {name: OLLAMA_MODELS, value: /models}
          - {name: NVIDIA_VISIBLE_DEVICES, value: all}
          volumeMounts:
          - {name: models, mountPath: /models}
        volumes:
        - name: models
          hostPath: {path: /var/lib/hybridllm/models}
        """;

    private static readonly IPAddress s_node = IPAddress.Parse("10.201.128.1");

    [Fact]
    public void A_pod_from_home_answers_at_its_own_address_and_through_a_port_of_the_node()
    {
        var pod = Read(OnPodNetwork);

        (pod.PodPort, pod.NodePort, pod.ContextTokens, pod.Parallel).ShouldBe((11434, 8080, 8192, 2));
        pod.Models.ShouldBe(["llama3.2:1b"]);
    }

    [Fact]
    public void A_pod_on_the_nodes_network_answers_at_the_node_alone_with_ollamas_own_defaults()
    {
        var pod = Read(OnNodeNetwork);

        (pod.PodPort, pod.NodePort, pod.ContextTokens, pod.Parallel).ShouldBe((null, 11500, 4096, 1));
    }

    [Theory]
    [InlineData("hostPort: 8080", "protocol: TCP", 11434, null)]
    [InlineData("value: \"0.0.0.0:11434\"", "value: \"[::]:11434\"", 11434, 8080)]
    [InlineData("value: \"0.0.0.0:11434\"", "value: \"0.0.0.0\"", 11434, 8080)]
    [InlineData(", hostIP: 10.201.128.1", "", 11434, 8080)]
    public void Other_ways_to_be_reached_are_understood(string from, string to, int podPort, int? nodePort)
    {
        var pod = Read(OnPodNetwork.Replace(from, to, StringComparison.Ordinal));

        (pod.PodPort, pod.NodePort).ShouldBe((podPort, nodePort));
    }

    [Theory]
    [InlineData(OnPodNetwork, "ollama:0.33.0", "ollama:0.32.0", "image docker.io/ollama/ollama:0.32.0 is not among")]
    [InlineData(OnPodNetwork, "docker.io", "ghcr.io", "image ghcr.io/ollama/ollama:0.33.0 is not among")]
    [InlineData(OnPodNetwork, "Never", "Always", "nothing is pulled from the internet")]
    [InlineData(OnPodNetwork, "nvidia.com/gpu", "cpu", "asks for no GPU")]
    [InlineData(OnNodeNetwork, "value: all", "value: none", "asks for no GPU")]
    [InlineData(OnNodeNetwork, "runtimeClassName: nvidia", "", "asks for no GPU")]
    [InlineData(OnPodNetwork, "0.0.0.0:11434", "gpu:11434", "OLLAMA_HOST 'gpu:11434' is no address")]
    [InlineData(OnPodNetwork, "OLLAMA_HOST", "HOST", "listens on 127.0.0.1:11434, not on the pod's address")]
    [InlineData(OnNodeNetwork, "10.201.128.1", "10.201.128.2", "not on the node's mesh address 10.201.128.1")]
    [InlineData(OnPodNetwork, "containerPort: 11434", "containerPort: 80", "hostPort leads to port 80")]
    [InlineData(OnPodNetwork, "hostIP: 10.201.128.1", "hostIP: 10.0.0.4", "hostIP 10.0.0.4 is not the node's")]
    [InlineData(OnPodNetwork, "mountPath: /models", "mountPath: /data", "OLLAMA_MODELS '/models' is no folder")]
    [InlineData(OnPodNetwork, "path: /var", "path: /opt", "there is no model in /opt/lib/hybridllm/models")]
    [InlineData(OnPodNetwork, "8192", "8k", "OLLAMA_CONTEXT_LENGTH '8k' is no number")]
    public void What_keeps_it_from_answering_is_said(string pod, string from, string to, string reason)
    {
        var refused = Should.Throw<NodeBootException>(() => Read(pod.Replace(from, to, StringComparison.Ordinal)));

        refused.Faults.ShouldHaveSingleItem().ShouldContain(reason);
    }

    private static OllamaPod Read(string pod)
    {
        NodeFiles files = new();
        files.Write("/var/lib/rancher/k3s/agent/images/no-image.tar", "#!/bin/sh"u8);
        files.Write("/var/lib/rancher/k3s/agent/images/ollama.tar", NodeImages.StandIn("ollama/ollama:0.33.0"));
        files.Write("/var/lib/hybridllm/models/manifests/registry.ollama.ai/library/llama3.2/1b", "{}"u8);
        var spec = NodeManifests.Parse("pod", pod).Single();
        return new OllamaPodReader(spec, files, s_node).Read("gpu-1");
    }
}
