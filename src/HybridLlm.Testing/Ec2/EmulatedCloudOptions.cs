namespace HybridLlm.Testing.Ec2;

/// <summary>How an <see cref="EmulatedCloud"/> behaves.</summary>
public sealed class EmulatedCloudOptions
{
    /// <summary>
    /// The clock everything follows: a <see cref="Simulation.VirtualClock"/>, a fake, or the system's, which is the default.
    /// </summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>AWS account, 12 digits.</summary>
    public string AccountId { get; set; } = "123456789012";

    /// <summary>The one access key that is accepted.</summary>
    public string AccessKey { get; set; } = "AKIAEMULATEDEXAMPLE0";

    /// <summary>Its secret; made up, opens nothing but the emulator.</summary>
    public string SecretKey { get; set; } = "emulated/secret/key/that/opens/nothing/0";

    /// <summary>From launch to running, 0 or more.</summary>
    public TimeSpan BootTime { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>From shutting-down to terminated, and from stopping to stopped, 0 or more.</summary>
    public TimeSpan ShutdownTime { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// Chooses what runs inside an instance when it powers on; null, or answering null, leaves it an idle machine. Called
    /// outside the emulator's lock, on the thread pool.
    /// </summary>
    public Func<InstanceGuest, IInstanceGuest?>? Guest { get; set; }

    /// <summary>Names of the IAM instance profiles that exist; launches with another one fail. None unless added.</summary>
    public ISet<string> InstanceProfiles { get; } = new HashSet<string>(StringComparer.Ordinal);

    /// <summary>
    /// Whether reading a missing object is 403 AccessDenied, as for a signer without <c>s3:ListBucket</c>, and not
    /// 404 NoSuchKey.
    /// </summary>
    public bool MissingObjectIsForbidden { get; set; }

    /// <summary>
    /// Folder whose <c>prices</c> hold a record of what EC2 sells, to be loaded instead of the embedded one: <c>instance-types.csv</c>,
    /// <c>az-offerings.csv</c>, <c>ondemand-us-east-1.csv</c>, <c>skypilot-aws-gpu-spot.csv</c>. Null takes the embedded record, five regions.
    /// </summary>
    public string? DataFolder { get; set; }

    /// <summary>Makes ids; the same seed and calls give the same ids.</summary>
    public int Seed { get; set; } = 1;
}
