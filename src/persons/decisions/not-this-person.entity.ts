import { Column, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import { Face } from '../entities/face.entity.js';
import { Person } from '../entities/person.entity.js';

/** Somebody said that this face is not this person: it is never suggested for them again. */
@Entity('not_this_person')
@Index('ix_not_this_person_person', ['personId'])
export class NotThisPerson {
  @PrimaryColumn({ name: 'face_id', type: 'int' })
  faceId!: number;

  @ManyToOne(() => Face, { onDelete: 'CASCADE', onUpdate: 'NO ACTION' })
  @JoinColumn({ name: 'face_id', foreignKeyConstraintName: 'fk_not_this_person_face' })
  face?: Face;

  @PrimaryColumn({ name: 'person_id', type: 'int' })
  personId!: number;

  @ManyToOne(() => Person, { onDelete: 'CASCADE', onUpdate: 'NO ACTION' })
  @JoinColumn({ name: 'person_id', foreignKeyConstraintName: 'fk_not_this_person_person' })
  person?: Person;

  @Column({ name: 'created_at', type: 'datetime', precision: 3 })
  createdAt!: Date;
}
