namespace HybridLlm.Testing.Ec2;

/// <summary>What runs inside an emulated instance, in place of an operating system.</summary>
public interface IInstanceGuest
{
    /// <summary>
    /// Lives the instance's life from power-on. Returning leaves the instance running, as a boot script that ends does.
    /// An exception is kept in <see cref="EmulatedInstance.GuestFailures"/>; the instance runs on.
    /// </summary>
    /// <param name="instance">The machine it runs on.</param>
    /// <param name="poweredOff">Cancelled when the machine loses power, for whatever reason.</param>
    Task RunAsync(InstanceGuest instance, CancellationToken poweredOff);
}
