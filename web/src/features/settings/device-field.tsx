import { SelectField } from './select-field.tsx';
import type { Device } from './use-devices.ts';

interface DeviceFieldProps {
  readonly label: string;
  readonly devices: readonly Device[];
  readonly value: string | null;
  readonly onChange: (deviceId: string | null) => void;
}

/** One of the devices there are now; a chosen one that is unplugged stays chosen. */
export function DeviceField({ label, devices, value, onChange }: DeviceFieldProps) {
  const missing = value !== null && !devices.some((device) => device.id === value);
  return (
    <SelectField
      label={label}
      value={value ?? ''}
      choices={[
        { value: '', label: 'System default' },
        ...devices.map((device) => ({ value: device.id, label: device.label })),
        ...(missing ? [{ value, label: 'Not connected now' }] : []),
      ]}
      onChange={(deviceId) => onChange(deviceId === '' ? null : deviceId)}
    />
  );
}
