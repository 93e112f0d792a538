using System.Net;
using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.Testing.Ec2;
using HybridLlm.Testing.Meshes;

namespace HybridLlm.Testing.Tests.Nodes;

/// <summary>A stranger who has read the user data asks first, with keys of its own; then the node boots by the real script.</summary>
internal sealed class IntrudedGuest(EmulatedMesh mesh, ScriptedNode node, ScriptedNode stranger) : IInstanceGuest
{
    public async Task RunAsync(InstanceGuest instance, CancellationToken poweredOff)
    {
        _ = mesh;
        var boot = NodeUserData.Parse(instance.UserData.Span);
        using HttpClient http = new();
        HybridLlm.Testing.Nodes.ImdsClient imds = new(http, instance.MetadataEndpoint);
        var identity = await imds.GetAsync("dynamic/instance-identity/rsa2048", poweredOff);
        // The document is the node's own, so the controller cannot tell; but what it answers opens for the stranger alone.
        var request = NodeRequest.Create(
            boot,
            stranger.Nebula,
            stranger.Mailbox.PublicKey,
            identity.ReplaceLineEndings("")
        );
        using HttpRequestMessage put = new(HttpMethod.Put, boot.RequestUrl)
        {
            Content = new ByteArrayContent(request.Bytes.ToArray()),
        };
        put.Headers.TryAddWithoutValidation("If-None-Match", "*");
        using var response = await http.SendAsync(put, poweredOff);
        response.StatusCode.ShouldBe(HttpStatusCode.OK);

        await node.BootAsync(instance);
        await instance.PowerOffAsync();
    }
}
