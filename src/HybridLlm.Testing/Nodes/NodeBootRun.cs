using System.Net;
using System.Security.Cryptography;
using System.Text;
using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.Nebula.Keys;
using HybridLlm.Testing.Ec2;

namespace HybridLlm.Testing.Nodes;

/// <summary>
/// Does what the boot script does, step for step and over the same wire: keys, identity document, request, reply, files, artifacts.
/// </summary>
internal sealed class NodeBootRun(NodeBoot boot, Uri metadata, TimeProvider time, HttpClient http)
{
    private static readonly TimeSpan s_pollEvery = TimeSpan.FromSeconds(3);

    public NodeFiles Files { get; } = new();

    /// <summary>Enrols and lays the reply's tree; returns the steps that follow.</summary>
    public async Task<IReadOnlyList<NodeStep>> EnrolAsync(
        X25519PrivateKey nebulaKey,
        X25519PrivateKey mailboxKey,
        CancellationToken cancellationToken
    )
    {
        Files.Write("/opt/hybridllm/deadman.sh", Encoding.UTF8.GetBytes(DeadMansScript()));
        var key = HostKeyPair.FromPrivateKey(NebulaCurve.Curve25519, nebulaKey.Export());
        Files.Write("/etc/nebula/host.key", Encoding.UTF8.GetBytes(key.ExportPem()));

        ImdsClient imds = new(http, metadata);
        var instance = await imds.GetAsync("meta-data/instance-id", cancellationToken).ConfigureAwait(false);
        var identity = await imds.GetAsync("dynamic/instance-identity/rsa2048", cancellationToken)
            .ConfigureAwait(false);
        var request = NodeRequest.Create(boot, nebulaKey, mailboxKey.PublicKey, identity.ReplaceLineEndings(""));
        await PutAsync(boot.RequestUrl, request.Bytes.ToArray(), cancellationToken).ConfigureAwait(false);

        var reply = await AwaitReplyAsync(cancellationToken).ConfigureAwait(false);
        var payload =
            SealedReply.Open(reply, request, instance, boot.ControllerKey, mailboxKey)
            ?? throw Fault("the reply was not sealed for this node");
        var content = NodePayload.FromTar(payload);
        foreach (var file in content.Files)
        {
            Files.Write(file.Path, file.Content);
        }

        return content.Steps;
    }

    /// <summary>Downloads an artifact, checks it and puts it in place.</summary>
    public async Task FetchAsync(NodeStep.Fetch fetch, CancellationToken cancellationToken)
    {
        var marker = $"{fetch.Path}/.hybridllm-{fetch.Sha256}";
        if (fetch.Kind == NodeStep.ArtifactKind.TarOnce && Files.Read(marker) is not null)
        {
            return;
        }

        using var response = await http.GetAsync(fetch.Url, cancellationToken).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            throw Fault($"fetching {fetch.Path} was answered {(int)response.StatusCode}");
        }

        var content = await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
        if (Convert.ToHexStringLower(SHA256.HashData(content)) != fetch.Sha256)
        {
            throw Fault($"{fetch.Path} has another checksum than its catalogue");
        }

        switch (fetch.Kind)
        {
            case NodeStep.ArtifactKind.File:
                Files.Write(fetch.Path, content, (UnixFileMode)Convert.ToInt32(fetch.Mode, 8));
                break;
            case NodeStep.ArtifactKind.Tar:
                Files.Unpack(fetch.Path, content);
                break;
            default:
                Files.Unpack(fetch.Path, content);
                Files.Write(marker, []);
                break;
        }
    }

    /// <summary>Waits until the controller has attached a volume, and mounts it.</summary>
    public async Task MountAsync(
        NodeStep.MountVolume mount,
        InstanceGuest instance,
        CancellationToken cancellationToken
    )
    {
        NodeDisk? disk;
        while ((disk = instance.Disk(mount.VolumeId)) is null)
        {
            await PauseAsync($"attaching {mount.VolumeId}", cancellationToken).ConfigureAwait(false);
        }

        Files.Mount(mount.Path, disk);
    }

    /// <summary>Tells the controller how the boot ended.</summary>
    public async Task ReportAsync(bool succeeded, string words, CancellationToken cancellationToken)
    {
        using var report = Put(boot.ReportUrl, NodeReport.Write(succeeded, words));
        using var response = await http.SendAsync(report, cancellationToken).ConfigureAwait(false);
    }

    private async Task PutAsync(Uri url, byte[] content, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var request = Put(url, content);
            using var response = await http.SendAsync(request, cancellationToken).ConfigureAwait(false);
            // 412: a request is there already, perhaps this node's own; another's gets a reply that does not open here.
            if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.PreconditionFailed)
            {
                return;
            }

            await PauseAsync("the request", cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<byte[]> AwaitReplyAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            using var response = await http.GetAsync(boot.ReplyUrl, cancellationToken).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                return await response.Content.ReadAsByteArrayAsync(cancellationToken).ConfigureAwait(false);
            }

            await PauseAsync("the reply", cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task PauseAsync(string what, CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() >= boot.BootDeadline)
        {
            throw Fault($"{what} did not succeed before the boot deadline");
        }

        await Task.Delay(s_pollEvery, time, cancellationToken).ConfigureAwait(false);
    }

    private NodeBootException Fault(string what) => new(boot.WakeId, [what]);

    private static HttpRequestMessage Put(Uri url, byte[] content)
    {
        HttpRequestMessage request = new(HttpMethod.Put, url) { Content = new ByteArrayContent(content) };
        request.Headers.TryAddWithoutValidation("If-None-Match", "*");
        return request;
    }

    /// <summary>The part of the boot script that it writes to a file of its own.</summary>
    private static string DeadMansScript()
    {
        const string begin = "<<'DEADMAN'\n";
        const string end = "DEADMAN\n";
        var from = NodeUserData.Script.IndexOf(begin, StringComparison.Ordinal) + begin.Length;
        return NodeUserData.Script[from..NodeUserData.Script.IndexOf(end, from, StringComparison.Ordinal)];
    }
}
