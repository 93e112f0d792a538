using HybridLlm.AwsGpu.Bootstrap;
using HybridLlm.AwsGpu.Tests.Identity;

namespace HybridLlm.AwsGpu.Tests.Bootstrap;

/// <summary>One wake as the controller and its node see it.</summary>
internal sealed class Wakes : IDisposable
{
    public static readonly DateTimeOffset Launch = new(2026, 11, 23, 18, 0, 0, TimeSpan.Zero);

    public X25519PrivateKey Controller { get; } = X25519PrivateKey.Create();

    public X25519PrivateKey Mailbox { get; } = X25519PrivateKey.Create();

    public X25519PrivateKey Nebula { get; } = X25519PrivateKey.Create();

    public static ExpectedNode Node { get; } =
        new()
        {
            WakeId = "lab-7",
            AccountId = "111122223333",
            Region = "us-east-1",
            InstanceId = "i-0123456789abcdef0",
            InstanceType = "g6.xlarge",
            ImageId = "ami-0d1a2204000000001",
            PrivateIp = "10.77.1.23",
            LaunchedAt = Launch,
            IsAlive = true,
        };

    public NodeBoot Boot =>
        new()
        {
            WakeId = "lab-7",
            Role = NodeRole.Gpu,
            ControllerKey = Controller.PublicKey,
            RequestUrl = new Uri("https://bucket.example/mailbox/lab-7/request?X-Amz-Signature=00&X-Amz-Expires=1200"),
            ReplyUrl = new Uri("https://bucket.example/mailbox/lab-7/reply?X-Amz-Signature=11"),
            ReportUrl = new Uri("https://bucket.example/mailbox/lab-7/report?X-Amz-Signature=22"),
            BootDeadline = Launch.AddMinutes(10),
            LastMoment = Launch.AddHours(12),
        };

    public NodeRequest Request(string? identity = null) =>
        NodeRequest.Create(Boot, Nebula, Mailbox.PublicKey, identity ?? "MIAGCSqGSIb3DQEHAqCA");

    public async Task<NodeRequest> SignedRequestAsync(OpensslAuthority aws, string replace = "", string by = "") =>
        Request(await aws.SignAsync(IdentityDocuments.Sample(replace, by)));

    public void Dispose()
    {
        Controller.Dispose();
        Mailbox.Dispose();
        Nebula.Dispose();
    }
}
